"""The options by which a project is found, and which of its files may be edited."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memory_project import COMPOSE, FOLDER, sources

from devpool.errors import DevpoolError
from devpool.model.other_readers import Reader
from devpool.model.sources import Reading, Selection
from devpool.text.interpolation import SHELL

ENV = f"{FOLDER}/.env"
_STACK_FILES = ("--compose-file", "a.yml", "--compose-file", "b.yml")


@pytest.mark.parametrize(
    ("selection", "arguments"),
    [
        (Selection(), []),
        (Selection(files=("a.yml", "b.yml")), ["--file", "a.yml", "--file", "b.yml"]),
        (
            Selection(env_files=("a",), project_directory="d", project_name="n", profiles=("p", "q")),
            [
                *("--env-file", "a", "--project-directory", "d", "--project-name", "n"),
                *("--profile", "p", "--profile", "q"),
            ],
        ),
        (Selection(files=("a.yml", "b.yml"), project_name="n", swarm=True), list(_STACK_FILES)),
        (Selection(allow_remote=True, same_project=True, allow_outside=True), []),  # devpool's own
    ],
)
def test_compose_is_told_which_project_is_meant(selection: Selection, arguments: list[str]) -> None:
    assert selection.arguments() == arguments


def test_a_file_outside_of_the_root_is_not_edited_unasked() -> None:
    found = replace(sources("services: {}\n"), outside=frozenset({ENV}), closed=frozenset({ENV}))
    found.refuse_closed(COMPOSE, "")
    for app, way_out in (("web", "--direct web"), ("", "--allow-outside")):
        with pytest.raises(DevpoolError) as caught:
            found.refuse_closed(ENV, f"{ENV}:1", app)
        assert (caught.value.code, caught.value.where) == ("outside-root", f"{ENV}:1")
        assert caught.value.hint.endswith(way_out) or way_out in caught.value.hint


def test_nothing_is_shown_of_a_file_outside_unless_the_user_opens_it() -> None:
    closed = replace(sources("services: {}\n"), outside=frozenset({ENV}), closed=frozenset({ENV}))
    opened = replace(closed, closed=frozenset())
    assert (closed.is_hidden(ENV), opened.is_hidden(ENV), closed.is_hidden(COMPOSE)) == (True, False, False)
    assert [closed.is_foreign(s) for s in (SHELL, ENV, COMPOSE, None)] == [True, True, False, False]


def test_the_first_file_that_a_change_would_reach_is_named() -> None:
    first, second = (Reader(path=p, loads=frozenset({ENV})) for p in ("/a.yml", "/b.yml"))
    found = replace(sources("services: {}\n"), readers=(Reader(path="/0.yml"), first, second))
    assert found.reader_of(ENV, 0, "U", set()) == "/a.yml"
    assert found.reader_of(COMPOSE, 0, "U", set()) == ""


def test_files_are_found_by_their_paths() -> None:
    found = replace(sources({"compose.yml": "services: {}\n", ".env": "A=b\n"}), files=(COMPOSE,))
    assert (found.main.path, found.file(COMPOSE).path, found.file(ENV).path) == (COMPOSE, COMPOSE, ENV)


@pytest.mark.parametrize("model", [{}, {"services": None}])
def test_a_reading_without_services_has_none(model: dict[str, object]) -> None:
    assert Reading(model=model, hashes={}).services == {}
