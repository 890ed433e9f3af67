"""The project of tests/e2e/compare, with a suite of six faults and a clean one, and what was seen of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo_rig import DemoProject, Tree

APP = Path(__file__).resolve().parent / "compare"
KINDS = {"LISTEN", "advisory lock", "SET", "temporary table", "WITH HOLD cursor", "PREPARE"}
ROWS = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL'], autocommit=True).execute({!r})"


@dataclass(kw_only=True)
class Told:
    """What was seen."""

    trees: list[Tree] = field(default_factory=list)
    things: list[set[str]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)


def look(project: DemoProject, told: Told) -> None:
    told.trees.append(project.tree())
    told.things.append(project.things())


def ask(project: DemoProject, told: Told, name: str, *words: str, code: int = 0, **environ: str) -> None:
    verb, *rest = words
    told.answers[name] = dict(json.loads(project.devpool(verb, "--json", *rest, code=code, **environ)[0]))


def pooled(told: Told, name: str, way: str = "pooled") -> dict[str, Any]:
    (found,) = [found for found in told.answers[name]["ways"] if found["name"] == way]
    return dict(found)
