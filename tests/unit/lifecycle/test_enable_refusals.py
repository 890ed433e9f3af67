"""Why enable refuses a project, with a command that the user can type."""

from __future__ import annotations

from pathlib import Path

import pytest
from memory_project import COMPOSE, planned

from devpool.decide.options import Options
from devpool.edit.rewrite import Changes
from devpool.errors import DevpoolError
from devpool.lifecycle.enable_refusals import refuse_in_image, refuse_nothing, refuse_old_compose, refuse_read
from devpool.text.edits import insertion
from unit.lifecycle.disk_project import SHOP, opened, written

DB = "services:\n  db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: p}}\n"


def refused(text: str, **options: object) -> DevpoolError:
    project, plan = planned(text, **options)
    with pytest.raises(DevpoolError) as error:
        refuse_nothing(project, plan, ("a note",))
    return error.value


@pytest.mark.parametrize(
    ("web", "message"),
    [
        ("", "no service of this project is a Postgres server"),
        ("{image: a, environment: {U: 'postgres://x/y'}}", "`web.U` names `x`, which is not a service of this project"),
        (
            "{image: a, environment: {U: 'postgres://cache/y'}}",
            "`web.U` names `cache`, a service that does not look like a Postgres server",
        ),
    ],
)
def test_a_project_without_a_database_is_told_what_was_seen(web: str, message: str) -> None:
    error = refused("services:\n  cache: {image: adminer}\n" + (f"  web: {web}\n" if web else ""))
    assert (error.code, error.message) == ("no-database", message)
    assert error.where.startswith(COMPOSE)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (DB, "devpool enable --publish"),
        (DB + "  web: {image: app, depends_on: [db]}\n", "devpool enable --by-name web"),
        (DB + "  web: {image: app, depends_on: [db], network_mode: host}\n", "devpool enable --publish"),
    ],
)
def test_where_no_app_is_seen_the_next_command_is_named(text: str, hint: str) -> None:
    error = refused(text)
    assert (error.code, error.message) == ("nothing-to-pool", "no app names `db` where devpool can change it")
    assert hint in error.hint
    assert error.details == ("a note",)


def test_where_every_app_stays_direct_each_reason_and_the_way_out_are_named() -> None:
    error = refused(DB + "  admin: {image: dpage/pgadmin4, environment: {DB_HOST: db}}\n")
    assert error.code == "nothing-to-pool"
    assert error.message.startswith("every app stays direct: admin: ")
    assert "--pool admin" in error.hint
    chosen = refused(DB + "  web: {image: app, environment: {PGHOST: db}}\n", direct=("web",))
    assert "--pool" not in chosen.hint, "what the user has chosen is not overruled"


def test_a_plan_that_pools_something_is_not_refused() -> None:
    project, plan = planned(DB + "  web: {image: app, environment: {PGHOST: db}}\n")
    refuse_nothing(project, plan, ())


def test_text_that_another_file_reads_is_refused_unless_the_user_allows_it() -> None:
    with pytest.raises(DevpoolError) as error:
        refuse_read({"/p/other.yml": "/p/app.env:3"}, Options())
    assert (error.value.code, error.value.where) == ("shared-value", "/p/app.env:3")
    refuse_read({"/p/other.yml": "/p/app.env:3"}, Options(allow_shared=True))
    refuse_read({}, Options())


def test_a_private_file_in_an_image_is_refused_with_the_line_that_keeps_it_out(tmp_path: Path) -> None:
    written(tmp_path, SHOP.replace("image: app", "build: ."))
    private = [f"{tmp_path}/.devpool/env/web.env"]
    refuse_in_image(opened(tmp_path).without_devpool.sources, private)
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . .\n")
    with pytest.raises(DevpoolError) as error:
        refuse_in_image(opened(tmp_path).without_devpool.sources, private)
    assert (error.value.code, error.value.where) == ("secret-in-image", f"{tmp_path}/compose.yml:6")
    assert error.value.hint.startswith("add the line `.devpool/env` at the end of .dockerignore")
    (tmp_path / ".dockerignore").write_text(".devpool/env\n")
    refuse_in_image(opened(tmp_path).without_devpool.sources, private)


PLAIN = insertion("c.yml", 0, ("    environment:", "\n      A: b"), ("services", "web", "environment"))
TAGGED = insertion("c.yml", 0, ("    depends_on: !override", "\n      - b"), ("services", "web", "depends_on"))


@pytest.mark.parametrize(
    ("changes", "version", "refused"),
    [
        (Changes(edits=(PLAIN, TAGGED), private={}), (2, 24, 3), True),
        (Changes(edits=(TAGGED,), private={}), (2, 9), True),
        (Changes(edits=(TAGGED,), private={}), (2, 24, 4), False),
        (Changes(edits=(TAGGED,), private={}), (5, 0, 1), False),
        (Changes(edits=(TAGGED,), private={}), (), False),
        (Changes(edits=(PLAIN,), private={}), (2, 9), False),
        (Changes(edits=(PLAIN,), private={"a.env": ""}), (2, 9), True),
    ],
)
def test_an_older_compose_is_given_nothing_that_it_does_not_know(
    changes: Changes, version: tuple[int, ...], refused: bool
) -> None:
    try:
        refuse_old_compose(changes, version)
        code = ""
    except DevpoolError as error:
        code = error.code
    assert code == ("compose-too-old" if refused else "")
