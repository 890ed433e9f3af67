"""What the suites have shown, as a chapter of docs/compatibility.md. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from suites.suite import Suite

_HEAD = """
## Test suites

The libraries' own tests, run by `devpool compare --fresh`: directly, then through the pooler, each time on a database
of its own. Some of what fails looks into the library or the server, which no app does; the rest is what an app meets,
too. `bin/suites` measures this chapter.

{table}

- **Passed**: directly, and through the pooler.
- **Only pooled**: tests that pass directly and fail through the pooler; in parentheses, of how many `compare` names the
  cause by itself.
- **Left**: what the suite left on server connections that other clients use next.
"""
_COLUMNS = ("Tests", "Driver", "Passed", "Only pooled", "Left")
Measured = Mapping[str, Any]


def chapter(suites: Iterable[tuple[Suite, Measured]]) -> str:
    """The whole chapter; nothing where there is no suite.

    Args:
        suites: each suite with its last run.
    """
    found = list(suites)
    if not found:
        return ""
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(_row(suite, measured) for suite, measured in found)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return _HEAD.format(table=table) + "".join(_section(*each) for each in found)


def _row(suite: Suite, measured: Measured) -> tuple[str, ...]:
    failed = sum(entry["tests"] for entry in measured["failed"])
    return (
        f"{measured['title']} {measured['version']}",
        suite.driver or "itself",
        f"{measured['direct']['passed']} / {measured['pooled']['passed']}",
        f"{failed} ({measured['explained']})" if failed else "none",
        ", ".join(measured["left"]) or "-",
    )


def _section(suite: Suite, measured: Measured) -> str:
    lines = ["", f"### The tests of {measured['title']}", ""]
    lines += [f"{measured['title']} {measured['version']}, Postgres {measured['postgres']}, PgBouncer "]
    lines[-1] += f"{measured['pgbouncer']}: {suite.part}, as in {suite.source}."
    if measured["failed"]:
        lines += [
            "",
            "| Tests | Why they fail only through the pooler | An app, too | Such as |",
            "| --- | --- | --- | --- |",
        ]
    for entry in measured["failed"]:
        names = ", ".join(f"`{name.rpartition(' ')[2]}`" for name in entry["such_as"])
        lines.append(f"| {entry['tests']} | {entry['why']} | {'yes' if entry['apps'] else 'no'} | {names} |")
    if not measured["failed"]:
        lines += ["", "No test fails through the pooler alone."]
    if measured["not_compared"]:
        lines += [
            "",
            f"{measured['not_compared']} more fail on both ways, as they want something else that is not there.",
        ]
    return "\n".join([*lines, ""])
