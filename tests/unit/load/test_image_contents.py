"""Which build contexts include a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from disk_project import write

from devpool.load.image_contents import Taken, taking_in
from devpool.model.services import find_services
from devpool.text.document import parse

FILES = {"Dockerfile": "FROM a\n", "app/Dockerfile": "FROM a\n", "app/dev.Dockerfile": "FROM a\n"}


def taken(root: Path, build: str, *paths: str, **ignored: str) -> list[Taken]:
    """Who takes files in, beside `.dockerignore` files by their paths: `app__` for `app/`."""
    ignores = {f"{name.replace('__', '/')}.dockerignore": text for name, text in ignored.items()}
    write(root, FILES | ignores)
    file = str(root / "compose.yml")
    document = parse(file, f"services:\n  web:\n    build: {build}\n".encode(), str(root))
    services = find_services([document], {file: document}, {})
    return list(taking_in(services, [str(root / path) for path in paths]))


@pytest.mark.parametrize(
    ("build", "path", "below"),
    [
        (".", ".devpool/env/a.env", ".devpool/env/a.env"),
        ("{context: .}", ".env", ".env"),
        ("app", "app/.env", ".env"),
        ("app", ".env", ""),
        ("{context: app, dockerfile: gone}", "app/.env", ""),  # cannot be built here
        ("{context: app, dockerfile: ../Dockerfile}", "app/.env", ".env"),
        ("{dockerfile_inline: FROM a}", ".env", ".env"),
        ("https://github.com/a/b.git", ".env", ""),
        ("{context: 'https://github.com/a/b.git', additional_contexts: {mine: app}}", "app/.env", ".env"),
        ("{context: app, additional_contexts: ['mine=.']}", ".env", ".env"),
        ("{context: app, additional_contexts: {mine: 'docker-image://a'}}", ".env", ""),
        ("{context: app, additional_contexts: {mine: 'service:db'}}", ".env", ""),
    ],
)
def test_a_context_includes_what_lies_below_its_folder(tmp_path: Path, build: str, path: str, below: str) -> None:
    found = taken(tmp_path, build, path)
    assert [each.below for each in found] == ([below] if below else [])
    assert all(each.place == f"{tmp_path}/compose.yml:3" for each in found)


def test_what_the_ignore_file_names_is_kept_out(tmp_path: Path) -> None:
    found = taken(tmp_path, ".", ".env", "app/.env", "a.txt", **{"": "**/.env\n"})
    assert [each.below for each in found] == ["a.txt"]
    assert found[0].ignore == f"{tmp_path}/.dockerignore"


def test_the_ignore_file_beside_the_dockerfile_takes_precedence(tmp_path: Path) -> None:
    build = "{context: app, dockerfile: dev.Dockerfile}"
    (found,) = taken(tmp_path, build, "app/.env", app__="*\n", **{"app__dev.Dockerfile": "x\n"})
    assert found.ignore == f"{tmp_path}/app/dev.Dockerfile.dockerignore"


def test_a_folder_is_told_by_where_it_really_is(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "link").symlink_to("app")
    assert [each.below for each in taken(tmp_path, "link", "app/.env")] == [".env"]
