"""What a container starts: the part that migrates, the scripts, the Dockerfile, and entrypoints that lead nowhere."""

from __future__ import annotations

import pytest

from devpool.model.container_start import (
    Start,
    StartText,
    migrates,
    migrating,
    of_dockerfile,
    plainly_serves,
    runs_psql,
    serves,
)


def start(command: str, entrypoint: str = "") -> Start:
    pieces = [(StartText(where="it", text=text),) if text else () for text in (entrypoint, command)]
    return Start(entrypoint=pieces[0], command=pieces[1])


@pytest.mark.parametrize(
    ("command", "tool", "words"),
    [
        ("python manage.py migrate && gunicorn app", "Django", "python manage.py migrate"),
        (
            "sh -c python3 manage.py migrate --noinput && exec gunicorn app",
            "Django",
            "python3 manage.py migrate --noinput",
        ),
        ('bash -lc "alembic upgrade head; uvicorn app:app"', "Alembic", "alembic upgrade head"),
        ("bundle exec rails db:prepare && bundle exec puma", "Rails", "bundle exec rails db:prepare"),
        ("npx prisma migrate deploy && node server.js", "Prisma", "npx prisma migrate deploy"),
        (
            'set -e\nif [ -n "$M" ]; then php artisan migrate --force; fi\nexec php-fpm',
            "Laravel",
            "php artisan migrate --force",
        ),
        ("until flask db upgrade; do sleep 1; done; flask run", "Alembic", "flask db upgrade"),
        ("php yii migrate/up --interactive=0 && php-fpm", "Yii", "php yii migrate/up --interactive=0"),
        ("./yii migrate && apache2-foreground", "Yii", "./yii migrate"),
        ("bin/shop eval Shop.Release.migrate && bin/shop start", "Ecto", "bin/shop eval Shop.Release.migrate"),
        (
            """sh -c "bin/shop eval 'Shop.Release.migrate()' && bin/shop start\"""",
            "Ecto",
            "sh -c bin/shop eval 'Shop.Release.migrate()'",
        ),
    ],
)
def test_the_part_of_a_start_that_migrates_is_found(command: str, tool: str, words: str) -> None:
    (found,) = migrating(start(command))
    assert (found.tool.name, " ".join(found.words)) == (tool, words)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("/entrypoint.sh db migrate && /entrypoint.sh server", "/entrypoint.sh db migrate"),
        ("sh -c '/dspace/bin/dspace database migrate; java -jar boot.jar'", "/dspace/bin/dspace database migrate"),
        ("sh -c './manage.py migrate_schemas; ./manage.py runserver'", "./manage.py migrate_schemas"),
        ("sh -c 'dotnet ef database update && dotnet Shop.dll'", "dotnet ef database update"),
        ("sh -c 'node ace migration:run --force && node server.js'", "node ace migration:run --force"),
        ("npm run db:migrate && npm start", "npm run db:migrate"),
        ("yarn migrate:deploy && yarn start", "yarn migrate:deploy"),
        ("bin/console doctrine:migrations:migrate -n && php-fpm", "bin/console doctrine:migrations:migrate -n"),
        ("superset db upgrade && superset run", "superset db upgrade"),
        ("/app/server migrate up && /app/server", "/app/server migrate up"),
        ("node dist/migrate.js && node dist/main.js", "node dist/migrate.js"),
        ("/app/bin/migrate && /app/bin/server", "/app/bin/migrate"),
        ("./listmonk --upgrade --yes && ./listmonk", "./listmonk --upgrade --yes"),
        ("odoo -u all --stop-after-init && odoo", "odoo -u all --stop-after-init"),
    ],
)
def test_a_step_that_migrates_is_found_where_its_words_do_not_name_the_tool(command: str, text: str) -> None:
    (found,) = migrating(start(command))
    assert (found.tool, found.text) == (None, text)


def test_what_names_its_tool_says_more_than_what_calls_it() -> None:
    (found,) = migrating(start("npm run migrate && npm start", "prisma migrate deploy"))
    assert found.text == "prisma migrate deploy"


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn app",
        "flask db migrate -m more && flask run",
        "npm run migrate:status && npm start",
        "rake db:migrate:status",
        "odoo -u all",
        "app --upgrade",
        "mkdir migrate && app",
        "ls db/migrate && app",
        "app serve --migrations /db/migrate",
        "celery -A migrate worker",
        "./start-migrated-app",
        "echo run python manage.py migrate first",
        "python manage.py runserver",
        "",
    ],
)
def test_a_start_that_does_not_migrate_has_no_such_part(command: str) -> None:
    assert migrating(start(command)) == []


def test_a_part_with_the_shells_own_characters_keeps_its_shell() -> None:
    (found,) = migrating(start('alembic -x "url=$URL" upgrade head && uvicorn app'))
    assert found.words == ("sh", "-c", 'alembic -x "url=$URL" upgrade head')


@pytest.mark.parametrize(
    ("entrypoint", "dead_end"),
    [
        ("", False),
        ("./entrypoint.sh", False),
        ('sh -c exec "$@"', False),
        ("tini --", False),
        ("sh -c python manage.py migrate && gunicorn app", True),
        ("gunicorn app:app", True),
    ],
)
def test_an_entrypoint_that_never_runs_its_command_is_a_dead_end(entrypoint: str, dead_end: bool) -> None:
    assert start("x", entrypoint).dead_end is dead_end


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ('FROM a\nENTRYPOINT ["./e.sh"]\nCMD ["gunicorn", "app"]\n', "", ("./e.sh", "gunicorn app")),
        (
            "FROM a\nCMD alembic upgrade head && \\\n  uvicorn app\n",
            "",
            ("", "sh -c alembic upgrade head &&    uvicorn app"),
        ),
        ("FROM a AS dev\nCMD one\nFROM a\nCMD two\n", "dev", ("", "sh -c one")),
        ("from a\ncmd one\n", "", ("", "sh -c one")),
        ("", "", ("", "")),
    ],
)
def test_the_last_words_of_a_dockerfile_count(text: str, target: str, expected: tuple[str, str]) -> None:
    assert of_dockerfile(text, target) == expected


def test_brackets_without_end_are_words_of_a_shell() -> None:
    assert of_dockerfile("CMD " + "[" * 200_000, "") == ("", "sh -c " + "[" * 200_000)


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
