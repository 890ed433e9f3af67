"""Which files of a database's container its pooler can be given, and as what."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.password_files import GivenFile, given_files, is_given


def files(lines: str, path: str, more: str = "") -> list[GivenFile]:
    found = project(f"services:\n  db:\n    image: postgres:17\n{lines}{more}")
    given = given_files(found, found.services["db"], [path])
    assert is_given(found, found.services["db"], path) == bool(given)
    return given


@pytest.mark.parametrize(
    ("lines", "path", "given"),
    [
        ("secrets: [{source: pw, target: /etc/pw}]", "/etc/pw", "{source: pw, target: /etc/pw}"),
        ("configs: [pw]", "/pw", "pw"),
        ("configs: [{source: c, target: /etc/pw}]", "/etc/pw", "{source: c, target: /etc/pw}"),
        ("volumes: ['./pw.txt:/etc/pw']", "/etc/pw", "./pw.txt:/etc/pw:ro"),
        ("volumes: ['./pw.txt:/etc/pw:ro,z']", "/etc/pw", "./pw.txt:/etc/pw:ro"),
        ("volumes: ['./conf:/etc/conf/']", "/etc/conf/pw", "./conf:/etc/conf/:ro"),
        (
            "volumes: [{type: bind, source: ./pw.txt, target: /etc/pw}]",
            "/etc/pw",
            "{type: bind, source: ./pw.txt, target: /etc/pw, read_only: true}",
        ),
        ("volumes: ['pw:/etc']", "/etc/pw", None),
        ("volumes: ['.:/srv']", "/srv/deep/pw", None),
        ("volumes: ['${PW_DIR}:/etc']", "/etc/pw", None),
    ],
)
def test_a_file_is_given_as_the_database_has_it(lines: str, path: str, given: str | None) -> None:
    found = files(f"    {lines}\n", path)
    assert [file.text.strip('"') for file in found] == ([given] if given else [])


def test_in_a_stack_a_secret_is_the_poolers_own() -> None:
    text = "services:\n  db:\n    image: postgres:17\n    secrets: [a, {source: b, uid: '999', mode: 0400}]\n"
    found = project(text, swarm=True)
    given = given_files(found, found.services["db"], ["/run/secrets/a", "/run/secrets/b"])
    assert [file.text for file in given] == ["a", '{source: b, uid: "6432", mode: 0400}']


@pytest.mark.parametrize(
    ("source", "written"), [("content: hunter2", True), ("environment: PW", True), ("file: ./pw.txt", False)]
)
def test_a_config_with_its_own_content_is_written_into_the_container(source: str, written: bool) -> None:
    (found,) = files("    configs: [pw]\n", "/pw", f"configs:\n  pw:\n    {source}\n")
    assert found.written == written


def test_what_holds_none_of_the_paths_is_not_given() -> None:
    assert files("    secrets: [a, b]\n    configs: [c]\n", "/run/secrets/other") == []
