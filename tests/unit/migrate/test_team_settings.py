"""What a team fixed for all its members: in the compose file or in pyproject.toml, or refused with its place."""

from __future__ import annotations

import pytest
from memory_project import project, sources

from devpool.errors import DevpoolError
from devpool.migrate.team_settings import fixed_by_compose, fixed_by_pyproject

TWO = "services:\n  web: {build: .}\n  worker: {build: .}\n"


@pytest.mark.parametrize(
    ("text", "service", "words"),
    [
        ("x-devpool: {migrate: {service: web, command: [a, b c]}}\n", "web", ("a", "b c")),
        ("x-devpool:\n  migrate:\n    command: a 'b c'\n", "", ("a", "b c")),
        ("x-devpool: {migrate: {service: web}}\n", "web", ()),
    ],
)
def test_the_compose_file_can_fix_it(text: str, service: str, words: tuple[str, ...]) -> None:
    fixed = fixed_by_compose(project(text + TWO).sources.documents)
    assert fixed
    assert (fixed.service, fixed.command) == (service, words)
    assert "x-devpool in compose.yml:" in fixed.where


def test_pyproject_can_fix_it() -> None:
    fixed = fixed_by_pyproject('[tool.devpool.migrate]\nservice = "web"\ncommand = ["a", "b"]\n', "/p/pyproject.toml")
    assert fixed
    assert (fixed.service, fixed.command) == ("web", ("a", "b"))
    assert fixed_by_pyproject("[tool.other]\n", "x") is None
    assert fixed_by_pyproject("tool = 1\n", "x") is None


@pytest.mark.parametrize(
    "said",
    [
        "web",
        "[]",
        "{migrat: {}}",
        "{migrate: web}",
        "{migrate: {servce: web}}",
        "{migrate: {service: [a]}}",
        "{migrate: {command: {a: b}}}",
        '{migrate: {command: "it\'s"}}',
        "{migrate: {command: [[a]]}}",
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(said: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        fixed_by_compose(project(f"x-devpool: {said}\n{TWO}").sources.documents)
    assert caught.value.code == "bad-team-setting"
    assert "compose.yml:1" in caught.value.where


@pytest.mark.parametrize("text", ["[tool", "a = " + "[" * 5000, "a = " + "1" * 5000, "a = " + "{b = " * 5000])
def test_a_pyproject_that_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        fixed_by_pyproject(text, "/p/pyproject.toml")
    assert (caught.value.code, caught.value.where) == ("not-toml", "/p/pyproject.toml")


def test_the_strongest_compose_file_wins() -> None:
    files = {
        "compose.yml": f"x-devpool: {{migrate: {{service: web}}}}\n{TWO}",
        "more.yml": "x-devpool: {migrate: {service: worker}}\n",
        "last.yml": "services: {}\n",
    }
    fixed = fixed_by_compose(sources(files, compose=tuple(files)).documents)
    assert fixed
    assert (fixed.service, fixed.where) == ("worker", "x-devpool in more.yml:1")


def test_a_setting_by_alias_or_merge_is_read_and_an_empty_one_fixes_nothing() -> None:
    text = f"x-one: &one {{service: web}}\nx-devpool: {{migrate: {{<<: *one, command: [a]}}}}\n{TWO}"
    fixed = fixed_by_compose(project(text).sources.documents)
    assert fixed
    assert (fixed.service, fixed.command) == ("web", ("a",))
    assert fixed_by_compose(project(f"x-devpool: {{}}\n{TWO}").sources.documents) is None
    assert fixed_by_compose(project(TWO).sources.documents) is None
