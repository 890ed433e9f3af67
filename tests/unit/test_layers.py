"""The layers of the design: the middle stages are pure, and each door to the world is one module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "devpool"

# The rooms in their order: each imports only from those before it. The first ones are pure: text and values in, values
# out. In the others a module is pure where its docstring says so.
PURE = ("text", "catalog", "redact", "model", "decide", "edit", "undo", "prove", "measurements", "sizing", "checks")
ORDER = (*PURE, "load", "commit", "docker", "lifecycle", "observe", "migrate", "compare", "commands")
# What touches the world, or leads to what does.
WORLD = {
    *("os", "sys", "subprocess", "time", "datetime", "pathlib", "tempfile", "shutil", "glob", "fcntl", "socket"),
    *("random", "secrets", "logging", "locale", "importlib", "click"),
}
# `posixpath` calculates with names, but for what asks the disk or the working directory.
PURE_PATH = {"join", "normpath", "relpath", "dirname", "basename", "isabs", "split", "splitext", "commonpath"}
IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "__import__", "breakpoint"}


def _modules() -> dict[str, ast.Module]:
    """Every module of the package by its name below `devpool`, `commands.enable` for instance."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


TREES = _modules()


def _says_pure(tree: ast.Module) -> bool:
    return (ast.get_docstring(tree) or "").partition("\n\n")[0].endswith("Pure.")


MIDDLE = {n for n, t in TREES.items() if n.split(".")[0] in PURE or _says_pure(t)} | {"errors", "devpool_folder"}


def _imports(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    """The dotted names that a module imports anywhere, those for type checking among them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = tuple((node.module or "").split("."))
            yield from ((*module, alias.name) for alias in node.names)


def _of_ours(tree: ast.Module) -> set[str]:
    """The modules of ours that a module imports."""
    found = set()
    for name in _imports(tree):
        if name[0] == "devpool":
            longest = (".".join(name[1:end]) for end in range(len(name), 1, -1))
            found |= {next((m for m in longest if m in TREES), "__init__")}
    return found


def _of_others(tree: ast.Module) -> set[str]:
    return {name[0] for name in _imports(tree) if name[0] != "devpool"}


def _reached(start: str) -> dict[str, list[str]]:
    """Every module of ours that is imported from a module, and the way there."""
    ways = {start: [start]}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        for other in sorted(_of_ours(TREES[name]) - ways.keys()):
            ways[other] = [*ways[name], other]
            waiting.append(other)
    return ways


def _calls(tree: ast.Module) -> Iterator[str]:
    """The dotted names of all calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_every_room_is_known_and_says_what_it_knows() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert sorted(rooms) == sorted(ORDER)
    assert [n for n in ORDER if _says_pure(TREES[n]) != (n in PURE)] == []


@pytest.mark.parametrize("name", [n for n in TREES if n.split(".")[0] in ORDER])
def test_a_module_imports_only_from_packages_before_its_own(name: str) -> None:
    mine = ORDER.index(name.split(".")[0])
    packages = {other.split(".")[0] for other in _of_ours(TREES[name])}
    assert sorted(p for p in packages if p in ORDER[mine + 1 :]) == []


@pytest.mark.parametrize("name", sorted(MIDDLE))
def test_a_middle_stage_imports_nothing_that_touches_the_world(name: str) -> None:
    assert sorted(_of_others(TREES[name]) & WORLD) == []


@pytest.mark.parametrize("name", sorted(MIDDLE))
def test_a_middle_stage_reaches_only_middle_stages(name: str) -> None:
    ways = _reached(name)
    assert [" -> ".join(way) for other, way in ways.items() if other not in {*MIDDLE, "__init__"}] == []


@pytest.mark.parametrize("name", sorted(MIDDLE))
def test_a_middle_stage_opens_and_prints_nothing(name: str) -> None:
    assert sorted(IMPURE_CALLS & set(_calls(TREES[name]))) == []


@pytest.mark.parametrize("name", sorted(MIDDLE))
def test_a_middle_stage_only_calculates_with_paths(name: str) -> None:
    used = {
        node.attr
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "posixpath"
    }
    assert sorted(used - PURE_PATH) == []


def test_the_errors_import_nothing_of_ours() -> None:
    assert _of_ours(TREES["errors"]) == set()


def test_no_module_imports_the_command_line_but_its_start() -> None:
    assert [n for n, tree in TREES.items() if "cli" in _of_ours(tree)] == ["__main__"]


def test_only_the_command_line_imports_commands() -> None:
    importers = [n for n, tree in TREES.items() if any(m.startswith("commands.") for m in _of_ours(tree))]
    assert set(importers) <= {"cli"}
    assert [n for n, tree in TREES.items() if "importlib" in _of_others(tree)] in ([], ["cli"])


def test_only_output_prints() -> None:
    printing = {"print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write", "pprint.pprint"}
    found = {(name, call) for name, tree in TREES.items() for call in _calls(tree) if call in printing}
    assert sorted((n, c) for n, c in found if n != "output") == [("cli", "sys.stdout.write")]


def test_the_command_line_writes_to_stdout_only_for_dockers_plugin_protocol() -> None:
    functions = [n for n in TREES["cli"].body if isinstance(n, ast.FunctionDef)]
    writing = [f.name for f in functions if "sys.stdout.write" in set(_calls(ast.Module([f], [])))]
    assert writing == ["plugin_main"]


def test_only_the_doors_to_docker_know_subprocess() -> None:
    knowing = [n for n, tree in TREES.items() if "subprocess" in _of_others(tree)]
    doors = ("conversation", "engine", "interactive", "kept_run", "program")
    assert set(knowing) <= {f"docker.{name}" for name in doors}


def test_only_the_command_line_exits() -> None:
    exits = {"sys.exit", "exit", "quit", "os._exit"}
    # Its start ends on Windows, where it cannot be imported.
    assert {n for n, tree in TREES.items() if exits & set(_calls(tree))} == {"cli", "__main__"}


def test_only_the_command_line_catches_every_exception() -> None:
    found = set()
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception"):
                found.add(name)
    assert found <= {"cli"}


def test_only_files_and_the_journal_write_to_the_users_disk() -> None:
    writers = {"write_bytes", "write_text", "unlink", "rename", "touch", "chmod", "symlink_to"}
    found = {
        name
        for name, tree in TREES.items()
        for call in _calls(tree)
        if "." in call and call.rsplit(".", 1)[1] in writers
    }
    # The oracle writes to a private temporary folder of its own; what the other renames is a container. The link of the
    # plugin is in Docker's folder.
    assert found <= {
        "commit.write_user_files",
        "commit.write_devpool_files",
        "commit.journal",
        "commit.real_folders",
        "commit.plugin_link",
        "docker.compose_oracle",
        "docker.leftovers",
    }
