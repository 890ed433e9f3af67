"""Which migration tools a folder of files speaks of, and the command of each. Pure: the files are given as texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from posixpath import dirname

from devpool.catalog.migration_tools import EXECS, TOOLS, Tool, Way
from devpool.text.patterns import regex

Files = Mapping[str, str]

_PYTHON = regex(r"(?P<python>[^\s\"']*python[\d.]*)\s+(\./)?manage\.py")
_RUN = regex(r"\b(?P<run>(poetry|uv|pdm|pipenv|rye|hatch) run)\b")
_DIRECT_URL = regex(r"\bdirectUrl\s*=\s*env\(\s*[\"'](\w+)")  # Prisma's schema
_DIRECT_NAME = regex(
    r"\b(?=\w*(?:DIRECT|UNPOOLED|NON_?POOL|MIGRAT))(?=\w*(?:URL|URI|DSN))[A-Z][A-Z0-9_]+\b",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """A tool, its command, and how it was known."""

    tool: Tool
    command: tuple[str, ...]
    how: str


def patterns() -> tuple[str, ...]:
    """Every file that the recognition looks at, below a project's folder, with `*` as a shell has it."""
    ways = [way.file for tool in TOOLS for way in tool.ways]
    others = [file for tool in TOOLS for file in tool.unless]
    return tuple(dict.fromkeys([*ways, *others, *(file for file, _ in EXECS)]))


def recognize(files: Files, start: str = "") -> list[Recognized]:
    """The tools that files speak of, each once.

    Args:
        files: texts by path below the project's folder.
        start: what the project's own containers start, which tells how they call Python.
    """
    recognized = [known for tool in TOOLS if (known := _by_file(tool, files) or _by_script(tool, files))]
    words = {"python": _python(start), "run": m["run"] if (m := _RUN.search(start)) else "", "exec": _exec(files)}
    return [replace(known, command=_filled(known.command, words)) for known in recognized]


def by_command(text: str) -> Tool | None:
    """The tool that a command migrates with."""
    return next((tool for tool in TOOLS if re.search(tool.spoken, text)), None)


def direct_names(texts: Iterable[str]) -> list[str]:
    """The names of variables that files read for an address past a pooler."""
    names = (name for text in texts for form in (_DIRECT_URL, _DIRECT_NAME) for name in form.findall(text))
    return list(dict.fromkeys(names))


def _by_file(tool: Tool, files: Files) -> Recognized | None:
    if any(file in files for file in tool.unless):
        return None
    fitting = ((way, path) for way in tool.ways if (path := _fitting(way, files)))
    way, path = next(fitting, (None, ""))
    if way is None:
        return None
    words = {"file": path, "folder": dirname(path) or "."}
    return Recognized(tool=tool, command=_filled(way.command or tool.command, words), how=path)


def _fitting(way: Way, files: Files) -> str:
    """The first file that a way means; `*` does not go into folders."""
    for path, text in sorted(files.items()):
        same_depth = path.count("/") == way.file.count("/")
        if same_depth and fnmatchcase(path, way.file) and re.search(way.says, text):
            return path
    return ""


def _by_script(tool: Tool, files: Files) -> Recognized | None:
    """A script of package.json that does nothing but migrate: the project's own way to call the tool."""
    for name, text in scripts(files.get("package.json", "")).items():
        if re.search(tool.spoken, text) and not re.search(r"&&|;", text):
            program = _exec(files).split()[0].replace("npx", "npm").replace("bunx", "bun")
            return Recognized(tool=tool, command=(program, "run", name), how=f"the script {name} in package.json")
    return None


def scripts(package: str) -> dict[str, str]:
    """The scripts of a package.json; none where it is not one."""
    try:
        scripts = json.loads(package)["scripts"]
        return {str(name): str(text) for name, text in scripts.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _python(start: str) -> str:
    """The interpreter that the project's own commands call manage.py by."""
    found = _PYTHON.search(start)
    return found["python"] if found else "python"


def _exec(files: Files) -> str:
    return " ".join(next((words for file, words in EXECS if file in files), ("npx", "--no-install")))


def _filled(command: Iterable[str], words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(part for word in command for part in _word(word, words))


def _word(word: str, words: Mapping[str, str]) -> Iterator[str]:
    """A word of a command with its `{name}` filled in; alone it may become several words, or none."""
    name = word[1:-1]
    if word == f"{{{name}}}" and name in ("run", "exec") and name in words:
        yield from words[name].split()
        return
    yield re.sub(r"\{(\w+)\}", lambda m: words.get(m[1], m[0]), word)
