"""Which tool a project's files tell of, its command, and the table of tools in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.catalog.migration_tools import TOOLS, Tool
from devpool.model.tool_detection import by_command, direct_names, recognize, scripts

DOCS = Path(__file__).resolve().parents[3] / "docs" / "migrations.md"
PACKAGE = '{"scripts": {"start": "node .", "db:up": "%s"}, "devDependencies": {"%s": "^1.0.0"}}'


def found(files: dict[str, str], start: str = "") -> dict[str, str]:
    """The command of each tool, by its name."""
    return {r.tool.name: " ".join(r.command) for r in recognize(files, start)}


@pytest.mark.parametrize(
    ("files", "tool", "command"),
    [
        ({"manage.py": "os.environ['DJANGO_SETTINGS_MODULE']"}, "Django", "python manage.py migrate"),
        ({"alembic.ini": "[alembic]"}, "Alembic", "alembic upgrade head"),
        ({"pyproject.toml": "[tool.alembic]\n"}, "Alembic", "alembic upgrade head"),
        ({"migrations/alembic.ini": ""}, "Alembic", "flask db upgrade"),
        ({"bin/rails": "#!ruby", "Gemfile": "gem 'rails'"}, "Rails", "bin/rails db:migrate"),
        ({"Gemfile": 'source "x"\ngem "rails", "~> 8"\n'}, "Rails", "bundle exec rails db:migrate"),
        ({"prisma/schema.prisma": "", "package.json": "{}"}, "Prisma", "npx --no-install prisma migrate deploy"),
        ({"prisma/schema.prisma": "", "pnpm-lock.yaml": ""}, "Prisma", "pnpm exec prisma migrate deploy"),
        ({"drizzle.config.ts": "", "yarn.lock": ""}, "Drizzle", "yarn drizzle-kit migrate"),
        ({"knexfile.js": "", "bun.lock": ""}, "Knex", "bunx knex migrate:latest"),
        ({"ormconfig.json": ""}, "TypeORM", "npx --no-install typeorm migration:run"),
        (
            {"src/data-source.ts": "import 'typeorm'"},
            "TypeORM",
            "npx --no-install typeorm-ts-node-commonjs migration:run -d src/data-source.ts",
        ),
        ({"package.json": PACKAGE % ("typeorm -d x.js migration:run", "typeorm")}, "TypeORM", "npm run db:up"),
        ({".sequelizerc": ""}, "Sequelize", "npx --no-install sequelize-cli db:migrate"),
        ({"package.json": PACKAGE % ("x", "sequelize-cli")}, "Sequelize", "npx --no-install sequelize-cli db:migrate"),
        ({"conf/flyway.conf": ""}, "Flyway", "flyway migrate"),
        ({"liquibase.properties": ""}, "Liquibase", "liquibase update"),
        (
            {"db/migrations/1_a.up.sql": "", "go.mod": "golang-migrate"},
            "golang-migrate",
            'sh -c exec migrate -path db/migrations -database "$DATABASE_URL" up',
        ),
        ({"migrations/1.sql": "-- +goose Up\n"}, "goose", "goose -dir migrations up"),
        ({"mix.exs": "{:ecto_sql, '3'}"}, "Ecto", "mix ecto.migrate"),
        ({"bin/migrate": "exec ./app eval App.Release.migrate"}, "Ecto", "bin/migrate"),
        ({"artisan": "#!/usr/bin/env php\nIlluminate"}, "Laravel", "php artisan migrate --force"),
        ({"db/migrations/1.sql": "-- migrate:up\n"}, "dbmate", "dbmate --migrations-dir db/migrations migrate"),
        ({"Cargo.toml": '[dependencies]\nsqlx = "0.8"\n', "migrations/1.up.sql": ""}, "sqlx", "sqlx migrate run"),
        ({"diesel.toml": ""}, "Diesel", "diesel migration run"),
        (
            {"package.json": PACKAGE % ("x", "node-pg-migrate")},
            "node-pg-migrate",
            "npx --no-install node-pg-migrate up",
        ),
        ({"atlas.hcl": ""}, "Atlas", 'sh -c exec atlas migrate apply --url "$DATABASE_URL"'),
    ],
)
def test_a_tool_is_known_by_its_files(files: dict[str, str], tool: str, command: str) -> None:
    assert found(files) == {tool: command}


def test_every_tool_has_a_way_to_be_known_and_speaks_its_own_command() -> None:
    assert len({t.name for t in TOOLS}) == len(TOOLS) == 20
    for tool in TOOLS:
        words = " ".join(tool.command).replace("{python}", "python")
        assert by_command(words) is tool, tool.name


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"manage.py": "from flask_script import Manager"},
        {"Gemfile": "gem 'sinatra'\n# gem 'rails'\n"},
        {"package.json": '{"dependencies": {"knex": "3", "sequelize": "6", "typeorm": "0.3", "drizzle-orm": "1"}}'},
        {"package.json": "not json"},
        {"package.json": '{"scripts": []}'},
        {"migrations/1.sql": "CREATE TABLE x ();"},
        {"mix.exs": ":phoenix"},
        {"go.mod": "module x"},
    ],
)
def test_files_that_only_look_like_a_tools_tell_of_none(files: dict[str, str]) -> None:
    assert found(files) == {}


def test_two_tools_in_one_folder_are_both_found() -> None:
    assert list(found({"manage.py": "django", "alembic.ini": ""})) == ["Django", "Alembic"]


@pytest.mark.parametrize(
    ("start", "command"),
    [
        ("/venv/bin/python3 manage.py runserver", "/venv/bin/python3 manage.py migrate"),
        ("poetry run python manage.py runserver", "poetry run python manage.py migrate"),
        ("uv run gunicorn site.wsgi", "uv run python manage.py migrate"),
    ],
)
def test_python_is_called_as_the_project_calls_it(start: str, command: str) -> None:
    assert found({"manage.py": "django"}, start) == {"Django": command}


def test_a_script_that_also_serves_is_not_the_command() -> None:
    assert found({"package.json": PACKAGE % ("typeorm migration:run && node .", "typeorm")}) == {}


def test_a_package_json_that_is_none_has_no_scripts() -> None:
    for text in ("[]", "{", '{"scripts": ' + "[" * 200_000):
        assert scripts(text) == {}


def test_names_for_a_direct_address_are_found_in_the_projects_files() -> None:
    schema = 'datasource db {\n url = env("DATABASE_URL")\n directUrl = env("SCHEMA_DB")\n}\n'
    config = "url: process.env.PG_URL_UNPOOLED ?? process.env.MIGRATIONS_DSN, directory: MIGRATIONS_FOLDER"
    assert direct_names([schema, config]) == ["SCHEMA_DB", "PG_URL_UNPOOLED", "MIGRATIONS_DSN"]


# --- the docs ---


def row(tool: Tool) -> str:
    """A tool's line in docs/migrations.md."""
    files = ", ".join(dict.fromkeys(f"`{way.file}`" for way in tool.ways))
    command = " ".join(tool.command).replace("{run} ", "").replace("{python}", "python").replace("{exec}", "npx")
    reads = ", ".join(f"`{name}`" for name in (*tool.url, *tool.jdbc)) or "what the app has"
    return f"| {tool.name} | {files} | `{command}` | {reads} | {tool.lock} |"


def test_the_table_of_tools_in_the_docs_is_current() -> None:
    _, _, rest = DOCS.read_text(encoding="utf-8").partition("| tool |")
    assert rest.partition("\n\n")[0].splitlines()[2:] == [row(tool) for tool in TOOLS]
