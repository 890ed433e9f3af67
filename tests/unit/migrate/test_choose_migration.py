"""Which service migrates and how, what a team can fix, the variables past the pooler, and where psql goes."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.catalog.migration_tools import TOOLS
from devpool.decide.options import Options
from devpool.errors import DevpoolError
from devpool.lifecycle.direct_variables import (
    direct_values,
    exported,
    jdbc_url,
    moved_commands,
    plain_url,
    refuse_without_database,
)
from devpool.migrate.choose_migration import AppFiles, Migration, apps_of, find, given
from devpool.migrate.psql_script import choose
from devpool.migrate.team_settings import Fixed, fixed_by_compose, fixed_by_pyproject
from devpool.model.container_start import Start, StartText
from devpool.undo.state import AddedPooler, AppRoute, State

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "postgres://postgres:hunter2@db:5432/notes"
TWO = f"{DB}  web:\n    build: .\n    ports: ['80:80']\n    environment: {{DATABASE_URL: '{URL}'}}\n"
TWO += f"  worker:\n    build: .\n    environment: {{DATABASE_URL: '{URL}'}}\n"
JOB = f"  job:\n    build: .\n    command: alembic upgrade head\n    environment: {{DATABASE_URL: '{URL}'}}\n"
TOOL = {tool.name: tool for tool in TOOLS}


def app(*variables: str, more: str = "") -> str:
    return f"{DB}  web:\n    image: app\n{more}    environment:\n" + "".join(f"      {v}\n" for v in variables)


def enabled(*routes: str) -> State:
    return State(
        options=Options(),
        edits=(),
        poolers=(AddedPooler(name="pgbouncer", database="db", port="6432"),),
        routes=tuple(AppRoute(service=r, database="db", pooled=True, reason="") for r in routes),
    )


def files(**folders: dict[str, str]) -> AppFiles:
    return AppFiles(folders=folders)


def command(text: str) -> AppFiles:
    return AppFiles(start=Start(command=(StartText(where="its command", text=text),)))


def found(text: str, chosen: str | None = None, **read: AppFiles) -> Migration | None:
    model = project(text)
    return find(model, chosen, {name: read.get(name, AppFiles()) for name in apps_of(model)})


def refusal(text: str, chosen: str | None = None, **read: AppFiles) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        found(text, chosen, **read)
    assert caught.value.hint
    return caught.value


# --- by what was read ---


def test_services_of_the_same_folder_are_one_app_and_the_serving_one_migrates() -> None:
    django = files(here={"manage.py": "django"})
    migration = found(TWO, web=django, worker=django)
    assert migration
    assert (migration.service, migration.command) == ("web", ("python", "manage.py", "migrate"))
    assert migration.how == "manage.py in here"


def test_several_ways_are_refused_with_the_exact_commands() -> None:
    error = refusal(TWO, web=files(a={"manage.py": "django"}), worker=files(b={"alembic.ini": ""}))
    assert error.code == "which-migration"
    assert [line.split("    ")[0] for line in error.details] == [
        "devpool migrate web -- python manage.py migrate",
        "devpool migrate worker -- alembic upgrade head",
    ]


def test_two_tools_of_one_service_are_refused_too() -> None:
    error = refusal(TWO, "web", web=files(a={"manage.py": "django", "alembic.ini": ""}))
    assert len(error.details) == 2


def test_a_service_that_only_migrates_runs_its_own_command_before_all_else() -> None:
    migration = found(TWO + JOB, web=files(a={"alembic.ini": ""}))
    assert migration
    assert (migration.service, migration.command) == ("job", ())
    assert migration.typed == "devpool migrate job"


def test_two_services_that_only_migrate_are_refused_with_both() -> None:
    error = refusal(TWO + JOB + JOB.replace("job:", "job2:").replace("alembic upgrade head", "dbmate up"))
    assert [line.split("    ")[0] for line in error.details] == ["devpool migrate job", "devpool migrate job2"]


def test_an_image_of_a_tool_is_a_service_that_only_migrates() -> None:
    image = "  schema:\n    image: migrate/migrate\n    command: [-path, /m, -database, '" + URL + "', up]\n"
    migration = found(TWO + image)
    assert migration
    assert (migration.service, migration.tool) == ("schema", TOOL["golang-migrate"])


def test_the_words_of_an_apps_own_start_win_over_its_files() -> None:
    own = AppFiles(
        start=command("python3 manage.py migrate --noinput && gunicorn app").start,
        folders={".": {"manage.py": "django"}},
    )
    migration = found(TWO, "web", web=own)
    assert migration
    assert migration.command == ("python3", "manage.py", "migrate", "--noinput")
    assert migration.how == "its command runs it"


def test_nothing_is_found_where_nothing_tells() -> None:
    assert found(TWO) is None


# --- by what is said ---


def test_what_the_user_says_wins_over_what_the_team_fixed() -> None:
    fixed = Fixed(service="web", command=("alembic", "upgrade", "head"), where="x")
    model = project(TWO)
    mine = given(model, "worker", ("x", "y"), fixed)
    assert mine
    assert (mine.service, mine.command) == ("worker", ("x", "y"))
    assert given(model, "worker", (), fixed) is None
    theirs = given(model, None, (), fixed)
    assert theirs
    assert (theirs.service, theirs.command, theirs.tool) == ("web", fixed.command, TOOL["Alembic"])
    half = given(model, None, ("x",), Fixed(service="worker"))
    assert half
    assert half.service == "worker"


def test_a_command_without_a_service_is_for_the_only_app() -> None:
    only = given(project(app(f"DATABASE_URL: {URL}")), None, ("x",), None)
    assert only
    assert only.service == "web"
    with pytest.raises(DevpoolError) as caught:
        given(project(TWO), None, ("say", "two words"), None)
    assert caught.value.code == "which-service"
    assert caught.value.details[1] == "devpool migrate worker -- say 'two words'"


def test_a_service_that_is_not_there_is_refused_with_who_named_it() -> None:
    for service, fixed, where in (
        ("nosuch", None, ""),
        (None, Fixed(service="nosuch", where="x-devpool"), "x-devpool"),
    ):
        with pytest.raises(DevpoolError) as caught:
            given(project(TWO), service, (), fixed)
        assert (caught.value.code, caught.value.where) == ("unknown-service", where)


@pytest.mark.parametrize(
    ("text", "service", "words"),
    [
        ("x-devpool: {migrate: {service: web, command: [a, b c]}}\n", "web", ("a", "b c")),
        ("x-devpool:\n  migrate:\n    command: a 'b c'\n", "", ("a", "b c")),
        ("x-devpool: {migrate: {service: web}}\n", "web", ()),
    ],
)
def test_the_compose_file_can_fix_it(text: str, service: str, words: tuple[str, ...]) -> None:
    fixed = fixed_by_compose(project(text + TWO).sources.documents)
    assert fixed
    assert (fixed.service, fixed.command) == (service, words)
    assert "x-devpool in compose.yml:" in fixed.where


def test_pyproject_can_fix_it() -> None:
    fixed = fixed_by_pyproject('[tool.devpool.migrate]\nservice = "web"\ncommand = ["a", "b"]\n', "/p/pyproject.toml")
    assert fixed
    assert (fixed.service, fixed.command) == ("web", ("a", "b"))
    assert fixed_by_pyproject("[tool.other]\n", "x") is None
    assert fixed_by_pyproject("tool = 1\n", "x") is None


@pytest.mark.parametrize(
    "said",
    [
        "web",
        "[]",
        "{migrat: {}}",
        "{migrate: web}",
        "{migrate: {servce: web}}",
        "{migrate: {service: [a]}}",
        "{migrate: {command: {a: b}}}",
        '{migrate: {command: "it\'s"}}',
        "{migrate: {command: [[a]]}}",
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(said: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        fixed_by_compose(project(f"x-devpool: {said}\n{TWO}").sources.documents)
    assert caught.value.code == "bad-team-setting"
    assert "compose.yml:1" in caught.value.where


@pytest.mark.parametrize("text", ["[tool", "a = " + "[" * 5000, "a = " + "1" * 5000, "a = " + "{b = " * 5000])
def test_a_pyproject_that_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        fixed_by_pyproject(text, "/p/pyproject.toml")
    assert (caught.value.code, caught.value.where) == ("not-toml", "/p/pyproject.toml")


# --- the variables ---


def test_every_pooled_setting_is_direct_also_hosts_ports_names_and_twins() -> None:
    text = app(f"DATABASE_URL: {URL}", f"CELERY_DB: db+{URL}", "DB_HOST: db", "DB_PORT: '5432'", "DB_NAME: notes")
    assert direct_values(project(text), enabled("web"), "web") == {
        "DATABASE_URL": URL,
        "CELERY_DB": f"db+{URL}",
        "DB_HOST": "db",
        "DB_PORT": "5432",
        "DB_NAME": "notes",
    }


def test_what_is_not_enabled_or_direct_by_route_is_left_as_it_is() -> None:
    model = project(app(f"DATABASE_URL: {URL}"))
    assert direct_values(model, None, "web") == {}
    assert direct_values(model, enabled("other"), "web") == {}


def test_an_address_in_the_entrypoint_is_no_variable() -> None:
    text = app(f"DATABASE_URL: {URL}", more=f"    entrypoint: [run, '{URL}']\n")
    assert moved_commands(project(text), enabled("web"), "web") == ["entrypoint"]
    assert list(direct_values(project(text), enabled("web"), "web")) == ["DATABASE_URL"]
    assert moved_commands(project(text), None, "web") == []


def test_the_url_is_there_under_the_names_that_the_tool_and_the_files_read() -> None:
    model = project(app(f"PG_URL: {URL.replace('postgres:', 'postgresql+psycopg:', 1)}"))
    names = exported(model, "web", TOOL["goose"], ["SCHEMA_DB"])
    assert names["DIRECT_URL"] == names["SCHEMA_DB"] == model.of("web")[0].value.text
    assert (names["GOOSE_DBSTRING"], names["GOOSE_DRIVER"]) == (URL, "postgres")


def test_a_name_that_the_app_has_is_its_own_unless_it_is_empty() -> None:
    model = project(app(f"DATABASE_URL: {URL}", f"DIRECT_URL: {URL}?mine", "MIGRATION_DATABASE_URL: ''"))
    names = exported(model, "web", TOOL["dbmate"], [])
    assert "DIRECT_URL" not in names
    assert "DATABASE_URL" not in names
    assert names["MIGRATION_DATABASE_URL"] == URL


def test_of_several_urls_none_is_taken_for_the_one() -> None:
    model = project(app(f"ONE_URL: {URL}", f"TWO_URL: {URL}2"))
    assert exported(model, "web", TOOL["goose"], []) == {}
    assert exported(project(app("DB_HOST: db")), "web", TOOL["goose"], []) == {}


@pytest.mark.parametrize(
    ("url", "jdbc"),
    [
        (URL, "jdbc:postgresql://db:5432/notes?user=postgres&password=hunter2"),
        ("postgres://u:a%40b@db/x?sslmode=require", "jdbc:postgresql://db/x?user=u&password=a%40b&sslmode=require"),
        ("postgres://u:a@b@db/x", "jdbc:postgresql://db/x?user=u&password=a%40b"),
        ("postgres://db/x", "jdbc:postgresql://db/x"),
        ("postgres:///x?host=db", ""),
    ],
)
def test_for_java_user_and_password_are_parameters(url: str, jdbc: str) -> None:
    assert jdbc_url(url) == jdbc


def test_a_driver_in_the_scheme_is_for_its_own_language_alone() -> None:
    assert plain_url("postgresql+asyncpg://db/x") == plain_url("postgis://db/x") == "postgres://db/x"


def test_a_jdbc_url_of_the_app_is_flyways_as_it_is() -> None:
    jdbc = "jdbc:postgresql://db:5432/notes"
    model = project(app(f"SPRING_DATASOURCE_URL: {jdbc}"))
    assert exported(model, "web", TOOL["Flyway"], []) == {"FLYWAY_URL": jdbc}


@pytest.mark.parametrize(
    ("service", "words", "hint"),
    [
        ("db", "is itself a database", "devpool psql --direct db"),
        ("cache", "names no database", "apps of this project: web, worker"),
    ],
)
def test_what_has_no_database_is_refused(service: str, words: str, hint: str) -> None:
    model = project(TWO + "  cache:\n    image: redis\n")
    with pytest.raises(DevpoolError) as caught:
        refuse_without_database(model, service)
    assert caught.value.code == "no-database-setting"
    assert words in caught.value.message
    assert hint in caught.value.hint


# --- psql ---


def test_psql_takes_the_only_database_or_the_one_that_is_named() -> None:
    second = "  db2:\n    image: postgres:17\n"
    assert choose(project(TWO), None, None, "direct") == "db"
    assert choose(project(TWO + second), None, "worker", "direct") == "db"
    assert choose(project(TWO + second), None, "db2", "direct") == "db2"
    assert choose(project(TWO + second), enabled("web"), None, "pooled") == "db"
    assert choose(project(TWO + second), enabled("web"), "pgbouncer", "admin") == "db"


@pytest.mark.parametrize(
    ("name", "way", "code"),
    [(None, "direct", "which-database"), ("nosuch", "direct", "unknown-service"), ("db2", "pooled", "no-database")],
)
def test_psql_refuses_what_is_not_one_database(name: str | None, way: str, code: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        choose(project(TWO + "  db2:\n    image: postgres:17\n"), enabled("web"), name, way)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.hint
