"""What the words of a start command mean: a migration, a server, a chore, or nothing."""

from __future__ import annotations

import pytest

from devpool.catalog import start_commands as words


@pytest.mark.parametrize(
    "command",
    [
        "python manage.py migrate",
        "alembic -c x.ini upgrade head",
        "bundle exec rake db:schema:load",
        "npx prisma migrate deploy",
        "npx prisma db push",
        "php artisan migrate --force",
        "./run-migrations.sh",
        "dotnet ef database update",
        "airflow db init",
        "mix ecto.setup",
        "goose up",
        "node seed.js",
    ],
)
def test_a_command_migrates(command: str) -> None:
    assert words.MIGRATES.search(command)


@pytest.mark.parametrize("command", ["gunicorn app", "node migration-service.js", "immigrate", "ls"])
def test_a_command_does_not(command: str) -> None:
    assert not words.MIGRATES.search(command)


@pytest.mark.parametrize(
    ("command", "migrates"),
    [
        ("php yii migrate --interactive=0", True),
        ("./listmonk --upgrade --yes", True),
        ("miniflux -migrate", True),
        ("odoo -u all --stop-after-init", True),
        ("odoo -u all", False),
        ("./listmonk", False),
    ],
)
def test_an_option_may_say_that_it_migrates(command: str, migrates: bool) -> None:
    assert bool(words.MIGRATES_AS_WRITTEN.search(command)) is migrates


@pytest.mark.parametrize(
    ("step", "migration"),
    [
        ("db upgrade", True),
        ("flask db migrate", False),
        ("npm run db:migrate", True),
        ("pnpm migrate:deploy", True),
        ("php bin/console doctrine:migrations:migrate", True),
        ("./migrate.sh", True),
        ("python3 run_migrations.py", True),
        ("grep migrate", False),
        ("npm run migrate:create", False),
        ("db:migrate:status", False),
    ],
)
def test_a_step_of_a_start_applies_migrations(step: str, migration: bool) -> None:
    assert bool(words.MIGRATION_STEPS.search(step)) is migration


@pytest.mark.parametrize(
    ("command", "serves"),
    [
        ("gunicorn app:app", True),
        ("npm start", True),
        ("bin/rails s", True),
        ("bin/rails s:task", False),
        ("flask run", True),
        ("php artisan queue:work", True),
        ("python manage.py check", False),
    ],
)
def test_a_command_serves(command: str, serves: bool) -> None:
    assert bool(words.SERVERS.search(command)) is serves


@pytest.mark.parametrize("step", ["# start", "sleep 5", "wait", "export A=b", "npm ci", "pg_isready -h db", "fi", '"'])
def test_a_step_passes_at_once(step: str) -> None:
    assert words.PASSING.search(step)


@pytest.mark.parametrize("step", ["gunicorn app", "sleeper", "catalog", "node x"])
def test_a_step_does_not_pass(step: str) -> None:
    assert not words.PASSING.search(step)


@pytest.mark.parametrize(
    ("name", "migrator"),
    [
        ("migrate", True),
        ("db-migrator", True),
        ("migrations", True),
        ("db-init", True),
        ("seed", True),
        ("schema-setup", True),
        ("migration-api", False),
        ("migration-dashboard", False),
        ("web", False),
        ("emigrate", False),
    ],
)
def test_the_name_of_a_service_says_that_it_migrates(name: str, migrator: bool) -> None:
    assert bool(words.MIGRATOR_NAMES.search(name)) is migrator


@pytest.mark.parametrize(
    ("name", "backup"), [("backup", True), ("db-backups", True), ("pg_dump", True), ("backupper", False)]
)
def test_the_name_of_a_service_says_that_it_backs_up(name: str, backup: bool) -> None:
    assert bool(words.BACKUP_NAMES.search(name)) is backup
