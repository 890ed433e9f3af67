"""devpool compare on tests that nobody here wrote: SQLAlchemy's suite for dialects shows no difference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from demo_rig import demo_project

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
    for way in found["ways"]:
        assert way["runs"][0]["tests"]["passed"] > 20
        assert way["runs"][0]["tests"]["failed"] == 0
