"""Paths as a file writes them."""

from __future__ import annotations

import pytest

from devpool.model.paths import relative, resolve_path, written_path


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("a.env", "/p/shop/a.env"),
        ("./a.env", "/p/shop/a.env"),
        ("../a.env", "/p/a.env"),
        ("sub/../a.env", "/p/shop/a.env"),
        ("/etc/a.env", "/etc/a.env"),
        ("../../../a.env", "/a.env"),
        (".", "/p/shop"),
    ],
)
def test_a_written_path_is_relative_to_its_folder(written: str, path: str) -> None:
    assert resolve_path("/p/shop", written) == path


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/p/shop/.devpool/pgbouncer", "./.devpool/pgbouncer"),
        ("/p/.devpool", "../.devpool"),
        ("/q/..a", "../../q/..a"),
        ("/p/shop/..a/b", "./..a/b"),
    ],
)
def test_a_path_below_its_folder_begins_with_a_dot_so_that_compose_takes_it_for_one(path: str, written: str) -> None:
    assert written_path("/p/shop", path) == written
    assert resolve_path("/p/shop", written) == path


@pytest.mark.parametrize(("path", "name"), [("/p/a.yml", "a.yml"), ("/p/x/a.yml", "x/a.yml"), ("/a.yml", "../a.yml")])
def test_a_path_is_shown_from_the_project_directory(path: str, name: str) -> None:
    assert relative(path, "/p") == name
