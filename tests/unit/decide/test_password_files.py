"""The files that hold a database's login: whose they are, and how they are given to another service."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.password_files import GivenFile, given_files, is_given

HEAD = "services:\n  db:\n    image: postgres:17\n"


def given(lines: str, path: str, more: str = "") -> list[GivenFile]:
    read = project(f"{HEAD}{lines}{more}")
    return given_files(read, read.services["db"], [path])


@pytest.mark.parametrize(
    ("lines", "path", "key", "text"),
    [
        ("    secrets: [pw]\n", "/run/secrets/pw", "secrets", "pw"),
        (
            "    secrets: [{source: pw, target: login}]\n",
            "/run/secrets/login",
            "secrets",
            "{source: pw, target: login}",
        ),
        ("    secrets: [{source: pw, target: /login}]\n", "/login", "secrets", "{source: pw, target: /login}"),
        ("    secrets: [{source: pw, mode: 0440}]\n", "/run/secrets/pw", "secrets", "{source: pw, mode: 0440}"),
        ("    configs: [pw]\n", "/pw", "configs", "pw"),
        ("    volumes: ['./pw.txt:/login:ro']\n", "/login", "volumes", "./pw.txt:/login:ro"),
        ("    volumes: ['./pw.txt:/login']\n", "/login", "volumes", "./pw.txt:/login:ro"),
        ("    volumes: ['./logins:/logins/']\n", "/logins/pw", "volumes", "./logins:/logins/:ro"),
    ],
)
def test_a_secret_a_config_or_a_mount_gives_it(lines: str, path: str, key: str, text: str) -> None:
    assert [(file.key, file.text) for file in given(lines, path)] == [(key, text)]


def test_a_mount_in_the_long_form_loses_the_right_to_write() -> None:
    (file,) = given("    volumes: [{type: bind, source: ./pw.txt, target: /login}]\n", "/login")
    assert file.text.replace('"', "") == "{type: bind, source: ./pw.txt, target: /login, read_only: true}"


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "    secrets: [other]\n",
        "    volumes: ['data:/login']\n",
        "    volumes: ['${PLACE}:/login']\n",
        "    volumes: ['./pw.txt:/login:U']\n",
        "    tmpfs: [/login]\n",
    ],
)
def test_what_nothing_else_can_be_given_is_not_given(lines: str) -> None:
    assert given(lines, "/login") == []
    read = project(HEAD + lines)
    assert not is_given(read, read.services["db"], "/login")


@pytest.mark.parametrize(("source", "written"), [("environment: PW", True), ("file: ./pw.txt", False)])
def test_a_secret_from_a_variable_is_written_into_the_container(source: str, written: bool) -> None:
    (file,) = given("    secrets: [pw]\n", "/run/secrets/pw", f"secrets: {{pw: {{{source}}}}}\n")
    assert file.written is written
