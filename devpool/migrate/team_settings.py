"""Configuration for the whole team: `x-devpool` in the compose file, or `[tool.devpool]` in pyproject.toml. Pure.

    x-devpool:                            [tool.devpool.migrate]
      migrate:                            service = "web"
        service: web                      command = ["alembic", "upgrade", "head"]
        command: alembic upgrade head

Compose ignores keys that begin with `x-` (Compose specification, "Extension"). If both are set, the compose file
wins.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from devpool.errors import DevpoolError
from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.nodes import Node, ScalarNode, SequenceNode

KEY = "x-devpool"
_KEYS = ("migrate",)
_MIGRATE_KEYS = ("service", "command")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """The service that migrates and its command; "" and no words where they are left open. `where` is who says so."""

    service: str = ""
    command: tuple[str, ...] = ()
    where: str = ""


def fixed_by_compose(documents: Iterable[Document]) -> Fixed | None:
    """The setting in the strongest compose file, if any.

    Raises:
        DevpoolError: `bad-team-setting`.
    """
    for document in reversed(list(documents)):
        node = nodes.lookup(document.root, KEY)
        if node is not None:
            place = document.place(node.start)
            return _checked(_plain(node), f"{KEY} in {place.rpartition('/')[2]}", place)
    return None


def fixed_by_pyproject(text: str, path: str) -> Fixed | None:
    """The setting in a pyproject.toml, if any.

    Raises:
        DevpoolError: `bad-team-setting`, `not-toml`.
    """
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DevpoolError("not-toml", f"this is not TOML: {error}", where=path, hint="fix the file") from None
    except (ValueError, RecursionError):  # TOML, but of what Python cannot hold: a number of 5,000 digits, or lists
        why = "its values are nested too deep, or a number is too long"
        raise DevpoolError("not-toml", f"this cannot be read: {why}", where=path, hint="fix the file") from None
    tool = body.get("tool")
    said = tool.get("devpool") if isinstance(tool, dict) else None
    return None if said is None else _checked(said, "[tool.devpool] in pyproject.toml", path)


def _plain(node: Node) -> Any:
    node = nodes.resolved(node)
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.items]
    return {k: _plain(e.value) for k, e in nodes.entries(node).items()} if isinstance(node, nodes.MappingNode) else None


def _checked(said: Any, where: str, place: str) -> Fixed | None:
    table = _table(said, _KEYS, place)
    if "migrate" not in table:
        return None
    fixed = _table(table["migrate"], _MIGRATE_KEYS, place)
    service, command = fixed.get("service", ""), fixed.get("command", [])
    if isinstance(command, str):
        command = _split(command, place)
    if not isinstance(service, str) or not isinstance(command, list) or not all(isinstance(w, str) for w in command):
        raise _bad("`service` must be a name, and `command` a string or a list of strings", place)
    return Fixed(service=service, command=tuple(command), where=where)


def _split(command: str, place: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        raise _bad("`command` has a quote that is not closed", place) from None


def _table(said: Any, known: tuple[str, ...], place: str) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise _bad(f"expected keys: {', '.join(known)}", place)
    odd = next((key for key in said if key not in known), None)
    if odd is not None:
        raise _bad(f"`{odd}` is not one of: {', '.join(known)}", place)
    return said


def _bad(what: str, place: str) -> DevpoolError:
    return DevpoolError(
        "bad-team-setting",
        f"this configuration for devpool is not valid: {what}",
        where=place,
        hint="in a compose file: x-devpool: {migrate: {service: web, command: [alembic, upgrade, head]}}",
    )
