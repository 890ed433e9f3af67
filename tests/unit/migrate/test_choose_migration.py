"""Which service migrates and how: by what was read, and by what is said."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.catalog.migration_tools import TOOLS
from devpool.errors import DevpoolError
from devpool.migrate.choose_migration import AppFiles, Migration, apps_of, find, given
from devpool.migrate.team_settings import Fixed
from devpool.model.container_start import Start, StartText

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "postgres://postgres:hunter2@db:5432/notes"
TWO = f"{DB}  web:\n    build: .\n    ports: ['80:80']\n    environment: {{DATABASE_URL: '{URL}'}}\n"
TWO += f"  worker:\n    build: .\n    environment: {{DATABASE_URL: '{URL}'}}\n"
JOB = f"  job:\n    build: .\n    command: alembic upgrade head\n    environment: {{DATABASE_URL: '{URL}'}}\n"
TOOL = {tool.name: tool for tool in TOOLS}


def app(*variables: str) -> str:
    return f"{DB}  web:\n    image: app\n    environment:\n" + "".join(f"      {v}\n" for v in variables)


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
