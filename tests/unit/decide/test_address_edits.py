"""Where a value's text changes so that its address leads elsewhere, and whether the text may be repeated."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, Files, file_of, one_variable, project

from devpool.decide.address_edits import moved_raw, raw_replacements, restatable, shows_no_secret
from devpool.model.project import ConnectionVariable

DB = "services:\n  db:\n    image: postgres:17\n"


def variable(written: str, dotenv: str = "", newline: str = "\n") -> tuple[ConnectionVariable, str]:
    """`U: written` of the app `web`, and the text of its file."""
    text = f"{DB}  web:\n    image: app\n    environment:\n      U: {written}\n".replace("\n", newline)
    found = project({"compose.yml": text, ".env": dotenv})
    return one_variable(found, "U"), file_of(found, COMPOSE).text


def moved(written: str, dotenv: str = "", suffix: str = "", newline: str = "\n") -> str | None:
    """What `U: written` becomes at `pool:6432`; None where the address cannot be cut out."""
    setting, text = variable(written, dotenv, newline)
    found = raw_replacements(setting.value, setting.address, "pool", "6432", suffix)
    for (start, end), new in reversed(found or []):
        text = text[:start] + new + text[end:]
    return None if found is None else text.split("U: ", 1)[1].removesuffix(newline)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("postgres://u:p@db:5432/x", "postgres://u:p@pool:6432/x"),
        ("postgres://u:p@db/x?a=b", "postgres://u:p@pool:6432/x?a=b"),
        ("'postgres://db:db@db:5432/db'", "'postgres://db:db@pool:6432/db'"),
        ("postgres://u:${PW:-p}@db:5432/x", "postgres://u:${PW:-p}@pool:6432/x"),
        ("postgres://u:p@${H:-db}:${P:-5432}/x", "postgres://u:p@${H:-pool}:${P:-6432}/x"),
        ("${A:-postgres://u:p@db:5432/x}", "${A:-postgres://u:p@pool:6432/x}"),
        ("host=db port=5432 user=u", "host=pool port=6432 user=u"),
        ("host=db user=u", "host=pool port=6432 user=u"),
        ("jdbc:postgresql://db:5432/x", "jdbc:postgresql://pool:6432/x"),
        ("postgres://u:p@db:/x", "postgres://u:p@pool:6432/x"),
        ("postgres://u:p@db:${UNSET}/x", "postgres://u:p@pool:6432/x"),
        ("postgres://u:p@${H:-db}:${UNSET}/x", "postgres://u:p@${H:-pool}:6432/x"),
    ],
)
def test_only_host_and_port_change(before: str, after: str, newline: str) -> None:
    assert moved(before, newline=newline) == after


def test_a_variable_that_holds_host_and_port_is_replaced_as_a_whole() -> None:
    assert moved("postgres://u:p@${AT}/x", "AT=db:5432\n") == "postgres://u:p@pool:6432/x"


@pytest.mark.parametrize(
    ("written", "dotenv"),
    [
        ("${URL}", "URL=postgres://u:p@db:5432/x\n"),
        ("postgres://u:p@${AT}", "AT=db:5432/x\n"),
        ('"postgres://u:p@\\x64b:5432/x"', ""),
    ],
)
def test_an_address_that_is_not_written_in_plain_text_cannot_be_cut_out(written: str, dotenv: str) -> None:
    assert moved(written, dotenv) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("postgres://u:p@db:5432/x", "postgres://u:p@pool:6432/x_session"),
        ("postgres://u:p@db:5432/x?a=b", "postgres://u:p@pool:6432/x_session?a=b"),
        ("postgres://u:p@db:5432/${N:-x}", "postgres://u:p@pool:6432/${N:-x}_session"),
        ("postgres://u:p@db:5432/${M:-x}", "postgres://u:p@pool:6432/${M:-x}_session"),
        ("postgres://u:p@db:5432/${N}", "postgres://u:p@pool:6432/${N}_session"),
        ("postgres://u:p@db:5432/$N", None),  # would name the variable N_session
    ],
)
def test_the_name_of_the_session_alias_follows_the_database_however_it_is_written(
    before: str, after: str | None
) -> None:
    assert moved(before, "N=x\n", suffix="_session") == after


def test_every_address_of_the_host_moves_and_no_other() -> None:
    setting, _ = variable("postgres://u:p@db:5432/x,postgres://u:p@redis:6379/0,postgres://u:p@db/y")
    raw = setting.value.text
    assert moved_raw(setting.value, "db", ("pool", "6432", ""), raw) == (
        "postgres://u:p@pool:6432/x,postgres://u:p@redis:6379/0,postgres://u:p@pool:6432/y"
    )


@pytest.mark.parametrize(
    ("raw", "harmless"),
    [
        ("postgres://db:5432/x", True),
        ("postgres://u:${PW}@db:5432/x", True),
        ("postgres://u:$PW@db:5432/x", True),
        ("postgres://u:${PW:?missing}@db:5432/x", True),
        ("postgres://u:${PW:-hunter2}@db:5432/x", False),
        ("postgres://u:hunter2@db:5432/x", False),
        ("postgres://u:${PW}2@db:5432/x", False),
        ("postgres://u:${A}$PW@db:5432/x", True),
        ("postgres://db:5432/x?password=hunter2", False),
        ("postgres://db:5432/x?password=${PW}&a=b", True),
        ("host=db password=${PW} user=u", True),
        ("host=db password = ${PW}", True),
        ("host=db password=${PW}2", False),
        ("host=db password= hunter2", False),
        ("host=db password=${PW:-hunter2}", False),
        ("host=db pass = ${PW}", True),
        ("host=db pass = ${PW}2", False),
        ("host=db secret = hunter2", False),
    ],
)
def test_text_is_repeated_only_where_its_password_is_a_variable(raw: str, harmless: bool) -> None:
    setting, _ = variable(raw, "PW=p\nA=a\n")
    assert shows_no_secret(setting.value, raw) == harmless


@pytest.mark.parametrize(
    ("line", "again"),
    [
        ("U=postgres://u:${PW}@db:5432/x", True),
        ('U="postgres://u:${PW}@db:5432/x"', True),
        ("U='postgres://u:${PW}@db:5432/x'", False),  # the file's `${PW}` is text there
        ("U=postgres://u:hunter2@db:5432/x", False),
        ("U_HOST=db", True),
    ],
)
@pytest.mark.parametrize("name", [".env", "web.env"])
def test_a_value_of_an_env_file_is_stated_anew_by_variables_that_compose_reads_too(
    line: str, again: bool, name: str
) -> None:
    files: Files = {"compose.yml": f"{DB}  web:\n    image: app\n    env_file: {name}\n", name: f"PW=p\n{line}\n"}
    found = project(files)
    setting = one_variable(found, line.partition("=")[0])
    assert restatable(found, setting) == (again and (name == ".env" or setting.kind == "host"))
