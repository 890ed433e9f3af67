"""devpool compare on an app with two suites of tests: six faults are found and explained, and the clean suite is clean.

One project, told as a story: not enabled, then enabled; interrupted and killed in between.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from demo_rig import DEVPOOL, PASSWORD_IN_URL, DemoProject, Tree, demo_project
from migrations_rig import secrets_in_process_list
from pooler_rig import docker, eventually

APP = Path(__file__).resolve().parent / "compare"
KINDS = {"LISTEN", "advisory lock", "SET", "temporary table", "WITH HOLD cursor", "PREPARE"}
# The tests that fail where both of their clients meet the same server connection, as they mostly do; a look into that
# connection may send one of them to another. The other tests only leave something behind.
FAILING = {"test_listen", "test_advisory_lock", "test_prepare"}
_ROWS = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL'], autocommit=True).execute({!r})"
CREATE = _ROWS.format("CREATE TABLE made AS SELECT * FROM kept")
_KEPT = "CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS id"


@dataclass(kw_only=True)
class Told:
    """What was seen."""

    trees: list[Tree] = field(default_factory=list)
    things: list[set[str]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("compare")
    with demo_project(folder, plain_shell, "compare", APP) as project:
        project.up()
        yield tell(project, folder)


def tell(project: DemoProject, folder: Path) -> Told:
    told = Told()
    look(project, told)
    project.compose("exec", "-T", "app", "python3", "-c", _ROWS.format(_KEPT))
    reports = [f"--report={folder / name}" for name in ("r.md", "r.xml")]
    summary = folder / "summary.md"
    known_bad = ("known_bad", "compare", "app", *reports, "--", "pytest", "-q", "known_bad")
    ask(project, told, *known_bad, code=4, GITHUB_STEP_SUMMARY=str(summary))
    runs = [way["runs"][0]["output"] for way in told.answers["known_bad"]["ways"]]
    told.said["outputs"] = (Path(runs[0]).read_text(), Path(runs[1]).read_text())
    told.files |= {path.name: path.read_text() for path in (folder / "r.md", folder / "r.xml", summary)}
    look(project, told)
    kill(project, told)
    interrupt(project, told)
    look(project, told)
    ask(project, told, "shared", "compare", "--pooled-first", "--", "python3", "-c", CREATE, code=4)
    project.compose("exec", "-T", "app", "python3", "-c", _ROWS.format("DROP TABLE made"))
    ask(project, told, "fresh", "compare", "--fresh", "--", "python3", "-c", CREATE)
    made = "SELECT count(*) FROM pg_tables WHERE tablename = 'made'"
    told.said["made"] = (project.compose("exec", "-T", "db", "psql", "-XqAtU", "shop", "-c", made).strip(), "")
    project.devpool("enable")
    look(project, told)
    ask(project, told, "clean", "compare", "app", "--runs=2", "--", "pytest", "-q", "clean")
    further = ("--mode=session", "--pool-size=1")
    ask(project, told, "further", "compare", "app", *further, "--", "pytest", "-q", "known_bad", code=4)
    told.said["text"] = project.devpool("compare", "app", "--", "pytest", "-q", "clean")
    told.said["missing"] = project.devpool("compare", "app", "--", "no-such-program", code=1)
    look(project, told)
    return told


def look(project: DemoProject, told: Told) -> None:
    told.trees.append(project.tree())
    told.things.append(project.things())


def ask(project: DemoProject, told: Told, name: str, *words: str, code: int = 0, **environ: str) -> None:
    verb, *rest = words
    told.answers[name] = dict(json.loads(project.devpool(verb, "--json", *rest, code=code, **environ)[0]))


def begun(project: DemoProject) -> subprocess.Popen[str]:
    """A comparison whose pooler stands and whose command runs through it."""
    words = ["compare", "--pooled-first", "--", "sleep", "60"]
    process = subprocess.Popen(
        [*DEVPOOL, *words], cwd=project.folder, env=project.environ, stderr=subprocess.PIPE, text=True
    )
    eventually(lambda: running_one_offs(project), "the command runs", seconds=120)
    return process


def running_one_offs(project: DemoProject) -> list[str]:
    return docker("ps", "--quiet", "--filter=label=devpool.compare.run", *of(project)).stdout.split()


def of(project: DemoProject) -> list[str]:
    return [f"--filter=label=com.docker.compose.project={project.name}"]


def labelled(project: DemoProject) -> list[str]:
    return docker("ps", "--all", "--quiet", "--filter=label=devpool.compare", *of(project)).stdout.split()


def kill(project: DemoProject, told: Told) -> None:
    with begun(project) as process:
        told.left["passwords"] = secrets_in_process_list()
        process.kill()
    told.left["killed"] = labelled(project)
    told.said["swept"] = project.devpool("disable")
    told.left["swept"] = labelled(project)


def interrupt(project: DemoProject, told: Told) -> None:
    with begun(project) as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr
        told.said["interrupted"] = (process.stderr.read(), "")
        told.left["code"] = [str(process.wait())]
    told.left["interrupted"] = labelled(project)


def pooled(told: Told, name: str, way: str = "pooled") -> dict[str, Any]:
    (found,) = [found for found in told.answers[name]["ways"] if found["name"] == way]
    return dict(found)


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
    before, after, interrupted, enabled, last = zip(told.trees, told.things, strict=True)
    assert after == before
    assert interrupted == before
    assert last == enabled


def test_what_a_killed_comparison_left_is_swept_by_the_next_devpool(told: Told) -> None:
    assert len(told.left["killed"]) == 2
    assert "which an interrupted comparison had left" in told.said["swept"][1]
    assert told.left["swept"] == []


def test_ctrl_c_leaves_nothing(told: Told) -> None:
    assert told.left["code"] == ["130"]
    assert told.left["interrupted"] == []


def test_no_password_is_in_a_process_list(told: Told) -> None:
    assert told.left["passwords"] == [], PASSWORD_IN_URL


def test_runs_that_share_a_database_color_each_other_and_fresh_ones_do_not(told: Told) -> None:
    assert [w["runs"][0]["exit_code"] for w in told.answers["shared"]["ways"]] == [1, 0]
    assert [w["runs"][0]["exit_code"] for w in told.answers["fresh"]["ways"]] == [0, 0]
    assert told.said["made"][0] == "0"


def test_the_clean_suite_has_no_difference(told: Told) -> None:
    assert told.answers["clean"]["different"] is False
    assert pooled(told, "clean")["left"] == []
    assert [run["tests"]["passed"] for run in pooled(told, "clean")["runs"]] == [5, 5]
    assert told.said["text"][0].endswith("no difference\n")


def test_session_mode_and_a_pool_of_one_are_columns_of_their_own(told: Told) -> None:
    assert pooled(told, "further", "session")["only_pooled"] == []
    assert pooled(told, "further", "session")["left"] == []
    assert {left["kind"] for left in pooled(told, "further", "pool size 1")["left"]} == KINDS


def test_a_command_that_is_not_there_is_refused(told: Told) -> None:
    assert "[command-not-found]" in told.said["missing"][1]
