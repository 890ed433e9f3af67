"""What check says of the files, of Compose's reading of them, and of Compose itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.facts import Facts
from devpool.checks.families import evaluate
from devpool.checks.files import check_files
from devpool.docker.engine import failure
from devpool.docker.program import no_docker
from devpool.errors import DevpoolError
from unit.checks.healthy_project import WELL, the


def test_files_that_drifted_are_named() -> None:
    found = the(replace(WELL, drifted=("compose.yml services.web.environment changed",)), "files")
    assert found.level == "warning"
    assert "services.web.environment" in found.message


def test_what_compose_refuses_is_critical() -> None:
    assert the(replace(WELL, compose_problem="services.web is wrong"), "compose").level == "critical"


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("", "ok"),
        ("services.web is wrong", "critical"),
        ("docker 20.10 cannot prove what changes in a stack", "skipped"),
    ],
)
def test_the_files_of_a_stack_are_held_against_docker_stack(said: str, level: str) -> None:
    facts = replace(WELL, stack=True, compose_problem=said)
    assert the(facts, "stack").level == level
    assert "compose" not in {r.check for r in check_files(facts)}, "Compose did not read them"


@pytest.mark.parametrize("error", [no_docker(), failure("docker: 'compose' is not a docker command.")])
def test_no_docker_at_all_is_not_the_projects_fault(error: DevpoolError) -> None:
    assert the(replace(WELL, compose_problem=error.message), "compose").level == "skipped"


@pytest.mark.parametrize(("told", "levels"), [((2, 40, 2), ["warning"]), ((2, 40, 3), []), ((5, 0, 1), []), ((), [])])
def test_a_compose_that_a_remote_file_makes_write_is_named(told: tuple[int, ...], levels: list[str]) -> None:
    facts = Facts(enabled=True, compose_version=told)
    found = [r for r in evaluate(facts) if r.check == "compose-version"]
    assert [r.level for r in found] == levels
    assert all("CVE-2025-62725" in r.hint and "2.40.3" in r.hint for r in found)


def test_another_projects_containers_are_named_with_the_ways_on() -> None:
    facts = replace(WELL, another="/srv/shop was started under this name", ways_on="devpool -p NAME ...")
    found = the(facts, "project")
    assert (found.level, found.message, found.hint) == ("warning", facts.another, facts.ways_on)


def test_without_devpool_the_files_are_still_held_against_compose() -> None:
    results = list(check_files(Facts(enabled=False, compose_problem="services.web is wrong")))
    assert [(r.check, r.level) for r in results] == [("files", "skipped"), ("compose", "critical")]
    assert results[0].hint == "devpool enable"
