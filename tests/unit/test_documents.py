"""What the documents for developers name is in the tree: files, rooms in their order, recipes with their tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_layers import ORDER, PURE

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([a-z_]+/[\w./-]+)`")
FUTURE = {"tests/golden/cases/NAME/before", "devpool/commands/VERB.py"}


@pytest.mark.parametrize("text", [ARCHITECTURE, CONTRIBUTING], ids=["architecture", "contributing"])
def test_every_file_that_is_named_is_there(text: str) -> None:
    named = {name for name in NAMED.findall(text) if name not in FUTURE}
    assert len(named) > 10
    assert sorted(name for name in named if not ((ROOT / name).exists() or (ROOT / "devpool" / name).exists())) == []


def test_the_rooms_are_listed_in_their_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (pure)?", ARCHITECTURE, re.M)
    assert [name for name, _ in rows] == list(ORDER)
    assert [name for name, pure in rows if pure] == list(PURE)


def test_there_is_a_table_of_tasks_and_there_are_six_recipes() -> None:
    tasks = ARCHITECTURE.partition("## Where do I change")[2].strip().splitlines()
    assert len([line for line in tasks if line.startswith("|")]) - 2 >= 12
    assert len(re.findall(r"^### ", CONTRIBUTING, re.M)) == 6
