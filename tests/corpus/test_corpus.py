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
from thinned import slow

CORPUS = os.environ.get("DEVPOOL_CORPUS", "")
# The judge knows a port variable by a `PORT` of its own between `_`: it takes PGPORT for something else.
MISJUDGED = re.compile(r"\.PGPORT: was changed, and reaches no pooler$")
LAWS = ("traceback", "exit code", "rollback", "second enable", "disable failed", "password", "files changed", "hung")

pytestmark = [
    pytest.mark.skipif(not CORPUS, reason="DEVPOOL_CORPUS names no folder of real projects"),
    pytest.mark.timeout(900),
]


def projects(every: int) -> list[str]:
    """The names of every so many projects."""
    found = Path(CORPUS).glob("*/meta.json") if CORPUS else []
    return sorted(path.parent.name for path in found)[::every]


few_and_all = pytest.mark.parametrize("verdicts", [pytest.param(20, id="few"), slow(1, id="all")], indirect=True)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    found = tmp_path_factory.mktemp("corpus") / "verdicts.json"
    command = [sys.executable, str(Path(CORPUS) / "judge.py"), "--json", str(found)]
    which = [word for name in projects(request.param) for word in ("--only", name)]
    subprocess.run([*command, *which, "--devpool", f"{sys.executable} -m devpool"], check=False)
    verdicts = list(json.loads(found.read_text()))
    assert len(verdicts) == len(projects(request.param)) > 50 / request.param
    return verdicts


def faults(verdict: dict[str, Any]) -> list[str]:
    return [f for f in verdict["faults"] if not MISJUDGED.search(f)]


@few_and_all
def test_no_project_loses_a_byte_or_meets_a_bug(verdicts: list[dict[str, Any]]) -> None:
    broken = {v["project"]: faults(v) for v in verdicts if any(law in f for f in faults(v) for law in LAWS)}
    assert broken == {}


@few_and_all
def test_no_project_is_edited_wrongly(verdicts: list[dict[str, Any]]) -> None:
    assert {v["project"]: faults(v) for v in verdicts if v["verdict"] == "wrong" and faults(v)} == {}


@pytest.mark.slow
@pytest.mark.parametrize("verdicts", [1], indirect=True, ids=["all"])
def test_nearly_every_project_that_needs_a_pooler_gets_one(verdicts: list[dict[str, Any]]) -> None:
    needed = [v for v in verdicts if v["needed"] and v["verdict"] != "skipped"]
    right = [v for v in needed if v["verdict"] == "right" or (v["verdict"] == "wrong" and not faults(v))]
    count(f"corpus: {len(right)} right of {len(needed)}")
    assert len(right) >= 0.97 * len(needed)
