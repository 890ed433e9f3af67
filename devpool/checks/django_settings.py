"""Django's databases as a settings file states them, without running it. Pure.

What is not a constant there is kept as its source text: it tells that the key is set.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from devpool.text.patterns import regex

_DEFAULTS = {"CONN_MAX_AGE": 0, "DISABLE_SERVER_SIDE_CURSORS": False}
# Helpers that make an entry of a URL, and their names for the keys
# (https://github.com/jazzband/dj-database-url, https://django-environ.readthedocs.io/).
_HELPERS = {"conn_max_age": "CONN_MAX_AGE", "disable_server_side_cursors": "DISABLE_SERVER_SIDE_CURSORS"}
_HELPER = regex(r"dj_database_url\.|\benv\.(db|db_url|database)\b|dj_db_url")
_OTHER_ENGINE = regex(r"sqlite|mysql|oracle|mssql")
_LONGEST = 40


def databases_in(path: str, text: str) -> list[Mapping[str, Any]]:
    """What a file says of the databases of `DATABASES` that may be Postgres: the keys of `Installed.django`, `place`,
    and `whole` where it has the whole entry, so that what it does not say is Django's default.

    Args:
        path: the file, as places are to name it.
        text: a Python file; nothing is found in one that Python cannot parse.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in strings: the file is not ours to judge
            return list(_stated(path, ast.parse(text).body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _stated(path: str, body: list[ast.stmt]) -> Iterator[Mapping[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for target, value in _assignments(body):
        alias, key = _subscripts(target)
        for name, entry in _items(value) if not alias else [(alias, value)]:
            said = {key: _value(value)} if key in _DEFAULTS else _entry(entry) if not key else {}
            blank = {"alias": name, "place": f"{path}:{entry.lineno}"}
            found[name] = (found.get(name, blank) if key else blank) | said
    yield from (entry for entry in found.values() if not entry.get("other"))


def merged(found: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """One database for each alias, of what several files say: a project's settings are often split by environment.
    What some file sets counts, for which of them runs is not known.
    """
    databases: dict[str, dict[str, Any]] = {}
    for said in found:
        before = databases.setdefault(said["alias"], {})
        place = said["place"] if said.get("whole") and not before.get("whole") else before.get("place", said["place"])
        databases[said["alias"]] = {**before, **{k: v for k, v in said.items() if v or k not in before}, "place": place}
    return tuple((_DEFAULTS if d.pop("whole", False) else {}) | d for d in databases.values())


def _assignments(body: list[ast.stmt]) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is assigned to `DATABASES` or to a part of it, inside of `if` and `try` too."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            yield from ((t, statement.value) for t in statement.targets if _is_databases(t))
        elif isinstance(statement, ast.AnnAssign) and statement.value and _is_databases(statement.target):
            yield statement.target, statement.value
        elif isinstance(statement, ast.If | ast.Try):
            yield from _assignments([*statement.body, *statement.orelse])


def _is_databases(target: ast.expr) -> bool:
    while isinstance(target, ast.Subscript):
        target = target.value
    return isinstance(target, ast.Name) and target.id == "DATABASES"


def _subscripts(target: ast.expr) -> tuple[str, str]:
    """The alias and the key of `DATABASES["default"]["CONN_MAX_AGE"]`."""
    words: list[str] = []
    while isinstance(target, ast.Subscript):
        words.insert(0, str(target.slice.value) if isinstance(target.slice, ast.Constant) else "")
        target = target.value
    return (*words, "", "")[0], (*words, "", "")[1]


def _items(value: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(value, ast.Dict):
        for key, entry in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, entry


def _entry(value: ast.expr) -> dict[str, Any]:
    """What one entry says."""
    if isinstance(value, ast.Dict):
        said = dict(_items(value))
        options = dict(_items(said.get("OPTIONS")))
        engine = ast.unparse(said["ENGINE"]) if "ENGINE" in said else ""
        return {
            "whole": True,
            **{key: _value(said[key]) for key in _DEFAULTS if key in said},
            "pool": "pool" in options and _value(options["pool"]) not in (False, None),
            "prepare_threshold": _value(options["prepare_threshold"]) if "prepare_threshold" in options else None,
            "options": re.findall(r"-c *([a-z_.]+)", ast.unparse(options["options"]) if "options" in options else ""),
            "other": _OTHER_ENGINE.search(engine) is not None and "postg" not in engine,
        }
    if isinstance(value, ast.Call) and _HELPER.search(ast.unparse(value.func)):
        return {"whole": True} | {_HELPERS[k.arg]: _value(k.value) for k in value.keywords if k.arg in _HELPERS}
    return {}


def _value(node: ast.expr) -> Any:
    """A constant; else its source, shortened."""
    if isinstance(node, ast.Constant):
        return node.value
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
