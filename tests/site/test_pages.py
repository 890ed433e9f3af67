"""The pages of docs/: generated ones are current, links lead somewhere, and what they name exists."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from devpool.cli import devpool

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [*PAGES, *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "RELEASING.md"))]
FOR_TEXTS = [str(path.relative_to(ROOT)) for path in TEXTS]
NAVIGATION = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def loaded(path: Path) -> ModuleType:
    """A program of bin/docs.d as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = loaded(ROOT / "bin" / "docs.d" / "generate.py")
PICTURES = loaded(ROOT / "bin" / "docs.d" / "pictures.py")


@pytest.mark.parametrize("name", sorted(GENERATOR.PAGES))
def test_a_generated_page_is_current(name: str, request: pytest.FixtureRequest) -> None:
    page, wanted = DOCS / "reference" / name, GENERATOR.PAGES[name]()
    if request.config.getoption("--update-golden"):
        page.write_text(wanted, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == wanted


def functions(path: Path) -> set[str]:
    """The names of the functions of a module."""
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def test_what_is_said_of_each_mechanism_is_held_by_tests_that_exist() -> None:
    named = {test for _, *cells in GENERATOR.MECHANISMS for cell in cells for test in cell.tests}
    assert named
    for test in named:
        path, _, function = test.partition("::")
        assert function in functions(ROOT / "tests" / path), test


def test_each_mechanism_is_predicted_or_detected_or_harmless_or_honestly_unseen() -> None:
    for name, enable, check, pool in GENERATOR.MECHANISMS:
        seen = [cell for cell in (enable, check) if cell.tests]
        assert all(cell.tests or cell.says in ("needless", "not seen by devpool") for cell in (enable, check)), name
        assert seen or (pool.says.startswith("harmless") and pool.tests), name


def test_a_name_in_the_schema_means_what_its_own_module_says() -> None:
    found = json.loads(GENERATOR.PAGES["answers.schema.json"]())["$defs"]
    assert "advisory lock" in found["Leak"]["properties"]["kind"]["enum"]
    assert found["FamilyData"]["properties"]["type"]["enum"] == ["gauge", "counter"]


@pytest.mark.parametrize(("name", "command"), PICTURES.SHOWN.items())
def test_a_picture_is_current(name: str, command: str, request: pytest.FixtureRequest) -> None:
    wanted = PICTURES.picture(command)
    if request.config.getoption("--update-golden"):
        (DOCS / name).write_text(wanted, encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == wanted


def anchors(text: str) -> set[str]:
    """The anchors of the headings of a page, as MkDocs and forges make them."""
    bare = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    heads = (re.sub(r"[^\w\s-]", "", head.lower()) for head in re.findall(r"^#+ (.+)$", bare, re.M))
    return {re.sub(r"[\s]+", "-", head.strip()) for head in heads}


@pytest.mark.parametrize("path", TEXTS, ids=FOR_TEXTS)
def test_every_link_within_the_repository_leads_somewhere(path: Path) -> None:
    dead = []
    text = re.sub(r"`[^`\n]+`", "", path.read_text(encoding="utf-8"))  # a pattern may look like a link
    for target, anchor in re.findall(r"\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)", text):
        there = (path.parent / target).resolve() if target else path
        if not there.exists() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
            dead.append(f"{target}#{anchor}")
    assert dead == []


def test_the_navigation_has_every_page_once() -> None:
    beside = set(loaded(ROOT / "bin" / "docs.d" / "pages_beside_docs.py").BESIDE) if has_mkdocs() else set()
    named = re.findall(r"^ +- (\S+\.md)$", NAVIGATION, re.M)
    assert len(named) == len(set(named))
    assert {str(path.relative_to(DOCS)) for path in PAGES} == set(named) - beside


def has_mkdocs() -> bool:
    return importlib.util.find_spec("mkdocs") is not None


def commands(text: str) -> Iterator[list[str]]:
    """The command lines of devpool in a page's blocks, as words, without what comes after `--` or a comment."""
    for block in re.findall(r"^```(?:sh|text|yaml|console)\n(.*?)^```", text, re.M | re.S):
        for line in re.findall(r"^(?:\$ |\s+- run: )?(?:docker )?devpool (.*)$", block, re.M):
            yield re.split(r"\s+(?:#|--$|-- |&&|>)", f" {line}")[0].split()


@pytest.mark.parametrize("path", TEXTS, ids=FOR_TEXTS)
def test_every_command_line_of_devpool_has_known_verbs_and_options(path: Path) -> None:
    context = click.Context(devpool)
    shared = {option for parameter in devpool.params for option in parameter.opts} | {"-h", "--help"}
    wrong = []
    for words in commands(path.read_text(encoding="utf-8")):
        verb = next((word for word in words if word in devpool.list_commands(context)), "")
        command = devpool.get_command(context, verb)
        own = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} if command else set()
        options = {word.partition("=")[0] for word in words if word.startswith("-")}
        if options - shared - own or not (verb or options & shared):
            wrong.append(" ".join(words))
    assert wrong == [] or path.name == "cli.md"


def test_the_page_of_the_checks_names_each_check_once() -> None:
    page = (DOCS / "reference" / "checks.md").read_text(encoding="utf-8").partition("## Rules")[0]
    assert sorted(re.findall(r"^\| `([\w-]+)` \|", page, re.M)) == sorted(checks())


def checks() -> set[str]:
    """The names of checks: the first argument of `ok`, `warning` and the like, or `check` of a Result."""
    found = {"session"}  # a constant there
    for path in (ROOT / "devpool" / "checks").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in ("ok", "warning", "critical", "skipped", "idle"):
                    first = node.args[:1]
                elif node.func.id == "_judged":
                    first = node.args[1:2]
                else:
                    first = [k.value for k in node.keywords if k.arg == "check"]
                found |= {a.value for a in first if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return found
