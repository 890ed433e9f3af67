"""A connection variable changes where it is written, and its old value stays beside it."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, FOLDER, Files, file_of, planned

from devpool.edit.variable_edits import locator, variable_edits
from devpool.text.edits import apply

DB = "services:\n  db:\n    image: postgres:17\n"
URL, NEW = "postgres://u:p@db:5432/x", "postgres://u:p@pgbouncer:6432/x"


def changed(files: Files | str, name: str = "compose.yml", **options: object) -> str:
    """The text of a file with its connection variables edited, and nothing else."""
    found, plan = planned(files, **options)
    path = f"{FOLDER}/{name}"
    return apply(file_of(found, path).text, [e for e in variable_edits(found, plan) if e.path == path])


def environment(written: str, newline: str = "\n", dotenv: str = "", **options: object) -> str:
    """What the `environment` of `web` becomes."""
    text = f"{DB}  web:\n    image: app\n    environment:".replace("\n", newline)
    written = written.replace("\n", newline)
    return changed({"compose.yml": text + written, ".env": dotenv}, **options).removeprefix(text)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"\n      U: {URL}\n      A: b\n", f"\n      U: {NEW}\n      U_DIRECT: {URL}\n      A: b\n"),
        (f"\n      U: '{URL}' # a\n", f"\n      U: '{NEW}' # a\n      U_DIRECT: '{URL}'\n"),
        (f'\n      "U": "{URL}"\n', f'\n      "U": "{NEW}"\n      "U_DIRECT": "{URL}"\n'),
        (f"\n      - U={URL}\n      - A=b\n", f"\n      - U={NEW}\n      - U_DIRECT={URL}\n      - A=b\n"),
        (f'\n    - "U={URL}"', f'\n    - "U={NEW}"\n    - "U_DIRECT={URL}"'),
        (f" {{U: '{URL}', A: b}}\n", f" {{U: '{NEW}', U_DIRECT: '{URL}', A: b}}\n"),
        (f' ["U={URL}"]\n', f' ["U={NEW}", "U_DIRECT={URL}"]\n'),
        ("\n      PGHOST: db\n      PGPORT: 5432\n", "\n      PGHOST: pgbouncer\n      PGPORT: 6432\n"),
        (f"\n      U: {URL}\n      U_DIRECT: mine\n", f"\n      U: {NEW}\n      U_DIRECT: mine\n"),
    ],
)
def test_the_old_value_stands_beside_the_new_one_in_its_form(before: str, after: str, newline: str) -> None:
    assert environment(before, newline) == after.replace("\n", newline)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n      - PGHOST\n", "\n      - PGHOST=pgbouncer\n"),
        ("\n      - 'PGHOST'\n", "\n      - 'PGHOST=pgbouncer'\n"),
        ("\n      PGHOST:\n", "\n      PGHOST: pgbouncer\n"),
        ("\n      PGHOST: # a\n", "\n      PGHOST: pgbouncer # a\n"),
    ],
)
def test_a_bare_name_gets_a_value(before: str, after: str) -> None:
    assert environment(before, dotenv="PGHOST=db\n") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n      U: ${URL}\n", "\n      U: ${URL_POOLED:-${URL}}\n      U_DIRECT: ${URL}\n"),
        (
            "\n      U: '${URL:-x}?a=b'\n",
            "\n      U: '${URL_POOLED:-${URL:-x}}?a=b'\n      U_DIRECT: '${URL:-x}?a=b'\n",
        ),
        ("\n      - URL\n", "\n      - URL=${URL_POOLED:-${URL}}\n      - URL_DIRECT=${URL}\n"),
    ],
)
def test_a_value_of_dot_env_gets_a_second_variable(before: str, after: str) -> None:
    assert environment(before, dotenv=f"URL={URL}\n") == after
    files = {"compose.yml": f"{DB}  web:\n    image: app\n    environment:{before}", ".env": f"URL='{URL}'\nA=b\n"}
    assert changed(files, ".env") == f"URL='{URL}'\nURL_POOLED='{NEW}'\nA=b\n"


def test_an_env_file_keeps_the_old_value_on_the_next_line() -> None:
    files = {
        "compose.yml": f"{DB}  web:\n    image: app\n    env_file: a.env\n",
        "a.env": f'# a\r\nexport U="{URL}" # b\r\nA=b\r\n',
    }
    assert changed(files, "a.env") == f'# a\r\nexport U="{NEW}" # b\r\nexport U_DIRECT="{URL}"\r\nA=b\r\n'


def test_a_value_that_several_apps_read_is_changed_once() -> None:
    text = f"x-env: &env\n  U: {URL}\n{DB}  web:\n    environment: *env\n  job:\n    environment: *env\n"
    assert changed(text) == text.replace(f"U: {URL}", f"U: {NEW}\n  U_DIRECT: {URL}")


def test_a_command_keeps_no_old_value() -> None:
    text = f"{DB}  web:\n    image: app\n    command: [app, --url, '{URL}']\n"
    assert changed(text) == text.replace(URL, NEW)


def test_the_place_of_an_edit_names_no_value() -> None:
    text = f"{DB}  web:\n    image: app\n    command: [app, '{URL}']\n    environment: ['V={URL}']\n"
    found, plan = planned({"compose.yml": text})
    assert {m.variable.name: locator(m) for m in plan.moves} == {
        "command": ("services", "web", "command"),
        "V": ("services", "web", "environment", "V"),
    }
    assert {e.path for e in variable_edits(found, plan)} == {COMPOSE}
