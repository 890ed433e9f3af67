"""What a start does in the end: stay and serve, or do its work and end."""

from __future__ import annotations

import pytest

from devpool.decide.job_detection import migrates, plainly_serves, runs_psql, serves


@pytest.mark.parametrize(
    "start",
    [
        "node dist/migrate.js",
        "node dist/server/run-migrations.js",
        "node ace migration:run --force",
        "/app/server migrate up",
        "./api-server --config /etc/api.yml migrate",
        "java -cp app.jar org.flywaydb.commandline.Main migrate",
        "sh -c 'node wait.js && npx prisma migrate deploy'",
        "sh -c 'if [ -x ./tool ]; then ./tool migrate; else node migrate.js; fi'",
        "bash -c 'while ! nc -z db 5432; do sleep 1; done; flask db upgrade && flask init-data'",
        "sh -c 'alembic upgrade head && python -m app.initial_data && echo done'",
        "sh -c 'python manage.py migrate\n# and the rest\npython manage.py update_index\n'",
        "mix ecto.setup",
        "dotnet ef database update",
        "php yii migrate/up --interactive=0",
        'bin/shop eval "Shop.Release.migrate()"',
        "/entrypoint.sh db migrate",
        "npm run db:migrate",
        "./listmonk --upgrade --yes",
        "odoo -d shop -u all --stop-after-init",
        "miniflux -migrate",
        "sh -c 'rails db:create \\\n  db:migrate || true'",
    ],
)
def test_a_start_that_migrates_and_ends(start: str) -> None:
    assert (migrates(start), serves(start)) == (True, False)


@pytest.mark.parametrize(
    "start",
    [
        "sh -c 'alembic upgrade head && python main.py'",
        "sh -c 'alembic upgrade head && python -m bot'",
        "sh -c 'npx prisma migrate deploy && ./entry'",
        "sh -c 'python manage.py migrate && python manage.py qcluster'",
        "sh -c 'php artisan migrate --force && php-fpm'",
        "sh -c 'flask db upgrade && flask run --host 0.0.0.0'",
        "sh -c 'python load.py --seed data.json && python run_server.py'",
        "bash -c 'migrate up\nexec /srv/api\n'",
        "sh -c 'dotnet ef database update; dotnet Shop.dll'",
        "server --migrate",
        "sh -c './listmonk --install --idempotent && ./listmonk --upgrade --yes && ./listmonk'",
        "sh -c 'bin/shop eval Shop.Release.migrate && bin/shop start'",
        "bash -c '/dspace/bin/dspace database migrate; java -jar server-boot.jar'",
        "sh -c 'php yii migrate/up --interactive=0 && php-fpm'",
        "java -Dspring.flyway.enabled=true -jar app.jar",
        "java -jar migration-service.jar",
        "node app.js --run-migrations",
        "./migrate-and-serve",
    ],
)
def test_a_start_that_serves_after_its_migration(start: str) -> None:
    assert (migrates(start), serves(start)) == (False, True)


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        ("psql -h db -f /setup.sql", True),
        ("sh -c 'until psql -h db -c ''select 1''; do sleep 1; done; psql -f /x.sql'", True),
        ("sh -c 'until psql -h db -l; do sleep 1; done; ./bin/app'", False),
        ("sh -c 'until psql -h db -l; do sleep 1; done; exec gunicorn app'", False),
        ("./bin/app", False),
    ],
)
def test_psql_that_only_waits_is_no_job(start: str, ends: bool) -> None:
    assert runs_psql(start) == ends


@pytest.mark.parametrize(
    ("start", "plainly"),
    [("", False), ("node index.js", False), ("./entry", False), ("node server.js", True), ("npm start", True)],
)
def test_a_runtime_alone_does_not_say_that_it_serves(start: str, plainly: bool) -> None:
    assert plainly_serves(start) == plainly
