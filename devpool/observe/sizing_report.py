"""The arithmetic of a size as lines for a person and as data for a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from devpool.decide.tuning import in_words
from devpool.output import table
from devpool.sizing.size_values import SOURCES, Size, Step


def size_lines(sizes: list[Size]) -> list[str]:
    """Each database: its arithmetic line by line, the settings, the verdict; last the sources."""
    keys = list(dict.fromkeys(key for size in sizes for step in size.steps for key in step.sources))
    numbers = {key: str(i) for i, key in enumerate(keys, 1)}
    lines = [line for size in sizes for line in [*_lines(size, numbers), ""]]
    return [*lines, "sources:", *(f"  [{number}] {SOURCES[key]}" for key, number in numbers.items())]


def _lines(size: Size, numbers: dict[str, str]) -> list[str]:
    width = max(len(str(step.value)) for step in size.steps)
    rows = [(f"  {s.name}", str(s.value).rjust(width), _how(s, numbers)) for s in size.steps]
    lines = [f"{size.database}:", *table(rows), "", size.sentence]
    if size.changes:
        lines += ["what would change it:", *(f"  - {change}" for change in size.changes)]
    if any(step.assumed for step in size.steps):
        lines += ["nothing in the project says what is marked `assumed`: check these lines first"]
    if size.settings:
        lines += ["", f"recommended: {in_words({k: str(v) for k, v in size.settings.items()})}"]
    return lines


def _how(step: Step, numbers: dict[str, str]) -> str:
    cited = "".join(f" [{numbers[key]}]" for key in step.sources)
    return f"{'assumed: ' if step.assumed else ''}{step.how}{cited}"


def size_data(sizes: list[Size]) -> list[dict[str, Any]]:
    """The same for `--json`, each step with its sources in full."""
    found = []
    for size in sizes:
        body = asdict(size)
        for step in body["steps"]:
            step["sources"] = [SOURCES[key] for key in step["sources"]]
        found.append(body)
    return found
