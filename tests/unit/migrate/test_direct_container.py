"""One command past the pooler: whose service it may be, what stands in place of a link, and how its failure is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devpool.errors import DevpoolError
from devpool.migrate.direct_container import _override, _restated, ended, over_dead_end, refuse_service
from unit.lifecycle.disk_project import SHOP, enable, opened, written


def test_a_service_that_does_not_exist_or_names_no_database_is_refused(tmp_path: Path) -> None:
    written(tmp_path, SHOP + "  mute:\n    image: mute\n")
    refuse_service(opened(tmp_path), "web")
    for name, code in (("wb", "unknown-service"), ("mute", "no-database-setting")):
        with pytest.raises(DevpoolError) as error:
            refuse_service(opened(tmp_path), name)
        assert error.value.code == code
    enable(tmp_path, by_name=("mute",))
    refuse_service(opened(tmp_path), "mute")


@pytest.mark.parametrize(
    ("command", "code", "error_code", "named"),
    [
        (("alembic", "upgrade", "two words"), 1, "command-failed", "`alembic upgrade 'two words'` failed in `web`"),
        ((), 3, "command-failed", "`its own command` failed in `web` (exit code 3)"),
        (("alembic", "x"), 127, "command-not-found", "`alembic` could not be run in `web` (exit code 127)"),
        ((), 126, "command-not-found", "`its program` could not be run in `web`"),
    ],
)
def test_a_command_that_failed_gives_its_own_exit_code(
    command: tuple[str, ...], code: int, error_code: str, named: str
) -> None:
    error = ended("web", command, code)
    assert (error.code, error.exit_code) == (error_code, code)
    assert named in error.message
    assert error.hint


def test_the_further_file_overrides_links_as_a_whole() -> None:
    text = _override("web", {"command": ["${DEVPOOL_COMMAND_0}"]}, ["db:db"])
    assert text == '{"services": {"web": {"command": ["${DEVPOOL_COMMAND_0}"], "links": !override ["db:db"]}}}'
    assert json.loads(_override("web", {}, None)) == {"services": {"web": {}}}
    assert _override("web", {}, []).endswith('"links": !override []}}}')


@pytest.mark.parametrize(
    ("command", "body", "values"),
    [
        (
            "['serve', '--db', 'postgres://u:${PW:-sesame}@db/x']",
            {"command": ["${DEVPOOL_COMMAND_0}", "${DEVPOOL_COMMAND_1}", "${DEVPOOL_COMMAND_2}"]},
            ["serve", "--db", "postgres://u:sesame@db/x"],
        ),
        ("serve postgres://u:sesame@db/x", {"command": "${DEVPOOL_COMMAND_0}"}, ["serve postgres://u:sesame@db/x"]),
    ],
)
def test_the_words_of_a_command_go_into_variables_and_not_into_the_file(
    tmp_path: Path, command: str, body: dict[str, object], values: list[str]
) -> None:
    project = opened(written(tmp_path, SHOP + f"  job:\n    image: app\n    command: {command}\n")).without_devpool
    found, variables = _restated(project, "job", ["command"])
    assert found == body
    assert list(variables.values()) == values
    assert "sesame" not in json.dumps(found)


def test_an_entrypoint_that_never_runs_its_command_gives_way_to_it(tmp_path: Path) -> None:
    project = opened(written(tmp_path, SHOP + "    entrypoint: [sh, -c, 'exec gunicorn app']\n"))
    assert over_dead_end(project, "web", ["alembic", "upgrade"]) == (["upgrade"], ["alembic"])
    assert over_dead_end(project, "web", []) == ([], None)
    plain = opened(written(tmp_path, SHOP))
    assert over_dead_end(plain, "web", ["alembic", "upgrade"]) == (["alembic", "upgrade"], None)
