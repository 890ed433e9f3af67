"""devpool compare where nothing differs: SQLAlchemy's suite for dialects, and the demo's tests, over and over.

Django makes a database for its tests and drops it in the end: nothing of devpool's may be connected to it by then.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from demo_rig import DemoProject, demo_project

pytestmark = pytest.mark.slow

SUITE = Path(__file__).resolve().parent / "compare_suite"
# What has to do with sessions: isolation levels, temporary tables, cursors on the server, keys that are read back.
_PART = "IsolationLevel or TempTable or ServerSideCursors or HasTable or InsertBehavior"
_COMMAND = f'pytest -q -p no:cacheprovider --dburi "$DATABASE_URL" test_suite.py -k "{_PART}"'


@pytest.mark.timeout(900)
def test_a_suite_that_keeps_to_transactions_has_no_difference(tmp_path: Path, plain_shell: dict[str, str]) -> None:
    with demo_project(tmp_path, plain_shell, "compare-suite", SUITE) as project:
        project.patience = 800
        said, _ = project.devpool("compare", "suite", "--fresh", "--json", "--", "sh", "-c", _COMMAND)
    found = json.loads(said)
    assert found["different"] is False
    # Some of them want a second schema, which is not there on either way.
    direct, pooled = (way["runs"][0]["tests"] for way in found["ways"])
    assert direct == pooled
    assert direct["passed"] > 20


@pytest.mark.timeout(900)
def test_the_demo_has_no_difference_in_ten_runs(project: DemoProject) -> None:
    project.patience = 800
    said, _ = project.devpool(
        "compare", "web", "--json", "--runs=10", "--", "python3", "manage.py", "test", "--noinput"
    )
    found = json.loads(said)
    assert found["different"] is False
    assert [run["exit_code"] for way in found["ways"] for run in way["runs"]] == [0] * 20
