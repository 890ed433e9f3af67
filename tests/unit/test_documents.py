"""What the documents name is in the tree: files, rooms in their order, recipes with their tests, codes of refusals."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from devpool.errors import Code
from unit.test_layers import ORDER, PURE

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([a-z_]+/[\w./-]+)`")
README = (ROOT / "README.md").read_text(encoding="utf-8")
TROUBLESHOOTING = (ROOT / "docs/how-to/troubleshooting.md").read_text(encoding="utf-8")
REFUSALS = (ROOT / "docs/refusals.md").read_text(encoding="utf-8")
CODES = sorted(get_args(Code))
REACHED_FROM_OTHERS = {"docs/reference/direct-programs.md", "docs/reference/session-features.md"}
FUTURE = {"tests/golden/cases/NAME/before", "devpool/commands/VERB.py", "tests/cli/test_VERB.py"}


@pytest.mark.parametrize("text", [ARCHITECTURE, CONTRIBUTING], ids=["architecture", "contributing"])
def test_every_file_that_is_named_is_there(text: str) -> None:
    named = {name for name in NAMED.findall(text) if name not in FUTURE}
    assert len(named) > 10
    assert sorted(name for name in named if not ((ROOT / name).exists() or (ROOT / "devpool" / name).exists())) == []


def test_the_rooms_are_listed_in_their_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (pure)?", ARCHITECTURE, re.M)
    assert [name for name, _ in rows] == list(ORDER)
    assert [name for name, pure in rows if pure] == list(PURE)


def test_there_is_a_table_of_tasks_and_there_are_seven_recipes() -> None:
    tasks = ARCHITECTURE.partition("## Where do I change")[2].strip().splitlines()
    assert len([line for line in tasks if line.startswith("|")]) - 2 >= 12
    assert len(re.findall(r"^### ", CONTRIBUTING, re.M)) == 7


def test_every_module_has_a_unit_test_of_its_name_and_no_test_has_lost_its_module() -> None:
    """The commands are tested through the command line (tests/cli), and so is the way into devpool."""
    package, units = ROOT / "devpool", ROOT / "tests/unit"
    modules = {path.relative_to(package) for path in package.rglob("*.py") if not path.name.startswith("__")}
    names = {path.with_name(f"test_{path.name}") for path in modules if path.parts[0] != "commands"}
    tests = {path.relative_to(units) for path in units.rglob("test_*.py")}
    assert sorted(map(str, names - tests)) == []
    assert sorted(str(path) for path in tests - names if path.parent.name) == []


def test_every_command_has_a_test_of_its_name_through_the_command_line() -> None:
    verbs = {path.stem for path in (ROOT / "devpool/commands").glob("[!_]*.py")}
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests/cli").glob("test_*.py")}
    assert sorted(verbs - tests) == []


def _explained(text: str) -> list[str]:
    """The codes in the first column of a document's tables."""
    cells = re.findall(r"^\| (`[^|]*`) \|", text, re.M)
    return [code for cell in cells for code in re.findall(r"`([a-z0-9-]+)`", cell)]


def test_every_code_is_explained_once_and_no_other() -> None:
    assert sorted(Counter(_explained(REFUSALS)).items()) == [(code, 1) for code in CODES]


def test_troubleshooting_names_the_most_common_codes_and_the_page() -> None:
    section = TROUBLESHOOTING.partition("## What is refused")[2].partition("\n## ")[0]
    named = _explained(section)
    assert 10 <= len(named) <= 30
    assert set(named) <= set(CODES)
    assert "(../refusals.md)" in section


def test_the_readme_is_short_and_leads_to_every_page_in_two_steps() -> None:
    assert 500 <= len(README.split()) <= 620
    start = ROOT / "docs" / "index.md"
    pages = {str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")} - {"docs/index.md"}
    linked = set(re.findall(r"\]\(([^)#]+)\)", README))
    assert "docs/index.md" in linked
    linked |= {f"docs/{name}" for name in re.findall(r"\]\(([^)#]+)\)", start.read_text(encoding="utf-8"))}
    assert sorted(pages - linked - REACHED_FROM_OTHERS) == []


def _stated(tree: ast.AST) -> set[str]:
    """The texts in a module, without those that are only compared with a code."""
    compared = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Compare) for part in ast.walk(node)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in compared)
    return {node.value for node in found if isinstance(node.value, str)}


def test_every_code_is_raised_somewhere() -> None:
    modules = (path for path in (ROOT / "devpool").rglob("*.py") if path != ROOT / "devpool/errors.py")
    stated = {text for path in modules for text in _stated(ast.parse(path.read_text(encoding="utf-8")))}
    assert sorted(set(CODES) - stated) == []
