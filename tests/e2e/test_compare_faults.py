"""devpool compare on an app with six faults, in a project that is not enabled: each is found and explained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from compare_rig import APP, KINDS, Told, ask, look, pooled
from demo_rig import DemoProject, demo_project

# The tests that fail where both of their clients meet the same server connection, as they mostly do; a look into that
# connection may send one of them to another. The other tests only leave something behind.
FAILING = {"test_listen", "test_advisory_lock", "test_prepare"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("compare")
    with demo_project(folder, plain_shell, "compare", APP) as project:
        project.up()
        yield tell(project, folder)


def tell(project: DemoProject, folder: Path) -> Told:
    told = Told()
    look(project, told)
    reports = [f"--report={folder / name}" for name in ("r.md", "r.xml")]
    summary = folder / "summary.md"
    known_bad = ("known_bad", "compare", "app", *reports, "--", "pytest", "-q", "known_bad")
    ask(project, told, *known_bad, code=4, GITHUB_STEP_SUMMARY=str(summary))
    runs = [way["runs"][0]["output"] for way in told.answers["known_bad"]["ways"]]
    told.said["outputs"] = (Path(runs[0]).read_text(), Path(runs[1]).read_text())
    told.files |= {path.name: path.read_text() for path in (folder / "r.md", folder / "r.xml", summary)}
    look(project, told)
    return told


def test_every_fault_is_found_with_cause_and_fix(told: Told) -> None:
    found = pooled(told, "known_bad")
    assert {left["kind"] for left in found["left"]} == KINDS
    assert all(left["cause"] and left["fix"] for left in found["left"])
    assert all("known_bad/test_known_bad.py:" in left["place"] for left in found["left"])


def test_the_tests_that_fail_through_the_pooler_are_explained(told: Told) -> None:
    found = {test["name"]: test for test in pooled(told, "known_bad")["only_pooled"]}
    assert {"test_listen"} <= found.keys() <= FAILING
    signs = {"test_listen": "jobs", "test_advisory_lock": "4711", "test_prepare": "totals"}
    assert [name for name, test in found.items() if signs[name] not in test["explained"][0]["line"]] == []


def test_figures_stand_side_by_side(told: Told) -> None:
    direct, through = told.answers["known_bad"]["ways"]
    for way in (direct, through):
        figures = way["runs"][0]["figures"]
        assert figures["seconds"] > 0
        assert 10 < figures["transactions"] < 40
    assert 10 < through["runs"][0]["figures"]["queries"] < 40
    assert through["runs"][0]["figures"]["connections"] >= 1


def test_the_output_of_each_run_is_kept(told: Told) -> None:
    direct, through = told.said["outputs"]
    assert "6 passed" in direct
    assert " failed, " in through


def test_the_reports_are_written(told: Told) -> None:
    assert "test\\_listen" in told.files["r.md"] or "test_listen" in told.files["r.md"]
    assert told.files["summary.md"] == told.files["r.md"]
    failures = ElementTree.fromstring(told.files["r.xml"])[0].get("failures")
    assert int(failures or 0) > len(KINDS)


def test_no_file_of_the_project_changes_and_nothing_is_left(told: Told) -> None:
    before, after = zip(told.trees, told.things, strict=True)
    assert after == before
