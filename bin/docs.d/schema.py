"""The JSON Schema of what `--json` prints, and the page that shows it, from the classes that the code fills.

What the verb `status` prints is a TypedDict with the name `StatusAnswer`, wherever it stands. A verb without such a
class prints an object of which only the fields of every answer are known.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import click

import devpool
from devpool.cli import VersionAnswer
from devpool.cli import devpool as command
from devpool.output import JSON_VERSION, ErrorAnswer, WarningData

Schema = dict[str, Any]
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n     +.*)*)", re.M)


@cache
def classes() -> dict[str, type]:
    """The classes of devpool by name, since a module may know one for type checking alone; no name that two have."""
    modules = [name for _, name, _ in walk_packages(devpool.__path__, "devpool.") if not name.endswith("__main__")]
    found: dict[str, set[type]] = {}
    for name, value in (pair for module in modules for pair in vars(import_module(module)).items()):
        if isinstance(value, type) and value.__module__.startswith("devpool."):
            found.setdefault(name, set()).add(value)
    return {name: same.pop() for name, same in found.items() if len(same) == 1}


def answers() -> dict[str, type | None]:
    """The class of each verb's answer; None for a verb that has none."""
    found = {name: kind for name, kind in classes().items() if is_typeddict(kind)}
    return {verb: found.get(f"{verb.title()}Answer") for verb in command.list_commands(click.Context(command))}


def schema() -> Schema:
    """The schema of every answer."""
    made = _Definitions()
    parts = [made.answer("error", ErrorAnswer, {"type": ["string", "null"]})]
    parts.append(made.answer("version", VersionAnswer, {"type": "null"}))
    parts += [made.answer(verb, kind, {"const": verb}) for verb, kind in answers().items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What `devpool VERB --json` prints",
        "anyOf": parts,
        "$defs": made.found,
    }


class _Definitions:
    """The definitions that were needed so far."""

    def __init__(self) -> None:
        self.found: dict[str, Schema] = {}

    def answer(self, name: str, kind: type | None, verb: Schema) -> Schema:
        """An answer: what all have, and its own fields. Without a class, further fields may follow."""
        own = self._object(kind) if kind else {"type": "object", "properties": {}, "required": []}
        own["properties"] = {
            "version": {"const": JSON_VERSION, "description": "The version of this format."},
            "verb": verb | {"description": "The verb."},
            **own["properties"],
            "warnings": {"type": "array", "items": self.of(WarningData), "description": "Warnings, also on stderr."},
        }
        own["required"] = ["version", "verb", *own["required"], "warnings"]
        self.found[f"{name.title()}Answer"] = own
        return {"$ref": f"#/$defs/{name.title()}Answer"}

    def of(self, kind: Any) -> Schema:
        """The schema of a type."""
        origin, inner = get_origin(kind), get_args(kind)
        if kind is Any or kind is object:
            return {}
        if kind in _PLAIN:
            return {"type": _PLAIN[kind]}
        if origin is Literal:
            return {"enum": list(inner)}
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(one) for one in inner]}
        if is_typeddict(kind) or is_dataclass(kind):
            return self._named(kind)
        assert origin is not None, f"no schema is known for {kind}"
        if issubclass(origin, (list, tuple, frozenset)):
            return {"type": "array", "items": self.of(inner[0])}
        return {"type": "object", "additionalProperties": self.of(inner[1])}

    def _named(self, kind: type) -> Schema:
        if kind.__name__ not in self.found:
            self.found[kind.__name__] = {}  # it may contain itself
            self.found[kind.__name__] = self._object(kind)
        return {"$ref": f"#/$defs/{kind.__name__}"}

    def _object(self, kind: type) -> Schema:
        said = dict(_described(kind))
        properties: dict[str, Schema] = {}
        required = []
        for name, declared in _fields(kind):
            optional = get_origin(declared) is NotRequired
            properties[name] = self.of(get_args(declared)[0] if optional else declared)
            properties[name] |= {"description": said[name]} if name in said else {}
            required += [] if optional else [name]
        return {
            "description": _first(kind),
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }


def _fields(kind: type) -> Iterator[tuple[str, Any]]:
    known = classes() | vars(import_module(kind.__module__))  # a name means first what its own module says
    hints = get_type_hints(kind, localns=known, include_extras=True)
    names = [f.name for f in fields(kind)] if is_dataclass(kind) else list(hints)
    yield from ((name, hints[name]) for name in names)


def _first(kind: type) -> str:
    return _one_line(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0])


def _described(kind: type) -> Iterator[tuple[str, str]]:
    """What a class's docstring says of its fields."""
    _, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("\nAttributes:\n")
    yield from ((name, _sentence(text)) for name, text in _ATTRIBUTE.findall(attributes))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sentence(text: str) -> str:
    words = _one_line(text).rstrip(".")
    return f"{words[:1].upper()}{words[1:]}." if words[:1] != "`" else f"{words}."


def page() -> str:
    """The fields of each answer, as Markdown."""
    whole = schema()
    names = [part["$ref"].rpartition("/")[2] for part in whole["anyOf"]]
    parts = [name for name in sorted(whole["$defs"]) if name not in names]
    sections = [_section(_heading(name), whole["$defs"][name], skip=_COMMON) for name in names]
    return "\n\n".join([*sections, "## Parts", *(_section(f"### {name}", whole["$defs"][name]) for name in parts)])


_COMMON = ("version", "verb", "warnings")


def _heading(name: str) -> str:
    return f"## {name.removesuffix('Answer').lower()}"


def _section(heading: str, found: Schema, skip: tuple[str, ...] = ()) -> str:
    required = found["required"]
    rows = [
        f"| `{name}`{'' if name in required else ' (not always)'} | {_type(one)} | {_cell(one)} |"
        for name, one in found["properties"].items()
        if name not in skip
    ]
    table = ["", "| field | type | what it is |", "|---|---|---|", *rows] if rows else []
    return "\n".join([heading, "", found.get("description", "Not described here."), *table])


def _cell(one: Schema) -> str:
    return str(one.get("description", "")).replace("|", "\\|")


def _type(one: Schema) -> str:
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in one:
        return " or ".join(_type(part) for part in one["anyOf"])
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in one["enum"])
    if one.get("type") == "array":
        return f"list of {_type(one['items'])}"
    if one.get("type") == "object":
        return f"object of {_type(one['additionalProperties'])}"
    return str(one.get("type", "anything"))
