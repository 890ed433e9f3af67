"""The root of a project: what devpool may look at and edit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devpool.load.root import find_root, is_inside, outside_of


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "home"
    found.mkdir()
    monkeypatch.setenv("HOME", str(found))
    return found


def folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def test_without_a_repository_it_is_the_project_directory(home: Path) -> None:
    project = folder(home / "src" / "project")
    assert find_root(project) == project


def test_it_is_the_nearest_folder_with_a_repository(home: Path) -> None:
    folder(home / "src" / ".git")
    folder(home / "src" / "app" / ".git")
    project = folder(home / "src" / "app" / "deploy" / "local")
    assert find_root(project) == home / "src" / "app"


def test_it_may_be_the_project_directory_itself(home: Path) -> None:
    folder(home / "src" / ".git")
    folder(home / "src" / "app" / ".git")
    assert find_root(home / "src" / "app") == home / "src" / "app"


def test_the_file_of_a_worktree_is_a_mark_too(home: Path) -> None:
    project = folder(home / "src" / "deploy")
    (home / "src" / ".git").write_text("gitdir: /elsewhere\n")
    assert find_root(project) == home / "src"


def test_a_repository_in_the_home_directory_opens_nothing(home: Path) -> None:
    folder(home / ".git")
    project = folder(home / "project")
    assert find_root(project) == project


def test_a_repository_above_the_home_directory_opens_nothing(home: Path) -> None:
    folder(home.parent / ".git")
    project = folder(home / "project")
    assert find_root(project) == project


def test_a_home_that_is_reached_by_a_link_is_the_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(home / ".git")
    project = folder(home / "project")
    (home.parent / "link").symlink_to(home)
    monkeypatch.setenv("HOME", str(home.parent / "link"))
    assert find_root(project) == project


def test_the_repository_of_someone_else_opens_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(home / "src" / ".git")
    project = folder(home / "src" / "project")
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(project).st_uid + 1)
    assert find_root(project) == project


def test_links_to_the_project_are_followed(home: Path) -> None:
    folder(home / "src" / ".git")
    folder(home / "src" / "project")
    (home / "link").symlink_to("src/project")
    assert find_root(home / "link") == home / "src"


def test_what_is_inside_is_told_by_where_it_really_is(home: Path) -> None:
    project = folder(home / "project")
    (home / "secret").write_text("x")
    (project / "out").symlink_to("../secret")
    (project / "in").symlink_to("compose.yml")
    (project / "loop").symlink_to("loop")
    inside = {
        name: is_inside(f"{project}/{name}", project) for name in ("compose.yml", "in", "out", "../secret", "a\0b")
    }
    assert inside == {"compose.yml": True, "in": True, "out": False, "../secret": False, "a\0b": False}


def test_files_above_are_outside_where_there_is_no_repository(home: Path) -> None:
    project = folder(home / "repo" / "app")
    found = outside_of(str(project), [f"{project}/compose.yml", f"{home}/repo/common.env"])
    assert found == {f"{home}/repo/common.env"}
