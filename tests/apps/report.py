"""The table of all applications, for the terminal and for docs/compatibility.md. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apps.app import App

_HEAD = """\
# Compatibility

What `bin/apps` has measured with real applications: each is used by up to {clients} clients at the same time, first
directly, then through the pooler that `devpool enable` adds while it runs. This page is generated from those runs.

{table}

- **Connections**: the most that Postgres held while the clients worked, directly and pooled. The pooler keeps one more,
  for its healthcheck.
- **Errors**: of all pieces of work, directly and pooled. Each piece writes, and reads what it has written.
- **Database, pooler recreated**: under load, the seconds from `docker compose up --force-recreate` to the last error,
  and the number of errors. In parentheses, the same without a pooler.
- After `devpool disable`, every byte of every file was as before, no row was missing, and the application worked.

"""
_COLUMNS = (
    "Application",
    "Driver",
    "Pooled",
    "Direct",
    "Connections",
    "Errors",
    "Database recreated",
    "Pooler recreated",
)
Measured = Mapping[str, Any]


def page(apps: Mapping[str, tuple[App, Measured]]) -> str:
    """The whole page.

    Args:
        apps: by folder, each application and its last run.
    """
    found = list(apps.values())
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(_row(measured) for _, measured in found)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    clients = max((app.clients for app, _ in found), default=0)
    return _HEAD.format(table=table, clients=clients) + "\n".join(_section(*each) for each in found)


def table(stories: Iterable[Measured]) -> list[str]:
    """Lines for the terminal."""
    rows = [_COLUMNS, *map(_row, stories)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(_COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(measured: Measured) -> tuple[str, ...]:
    direct, pooled = measured["direct"], measured["pooled"]
    routes = measured["routes"]
    return (
        f"{measured['title']} {measured['version']}",
        measured["driver"],
        _services(s if way == "pooled" else f"{s} (by name)" for s, way in routes.items() if way != "direct"),
        _services(s for s, way in routes.items() if way == "direct"),
        f"{direct['held']} / {pooled['held']}",
        f"{direct['errors']} of {direct['done']} / {pooled['errors']} of {pooled['done']}",
        f"{_event(measured['database_event'])} ({_event(measured['direct_event'])})",
        _event(measured["pooler_event"]),
    )


def _event(found: Measured) -> str:
    return f"{found['seconds']} s, {found['errors']}"


def _services(names: Iterable[str]) -> str:
    return ", ".join(names) or "-"


def _section(app: App, measured: Measured) -> str:
    lines = [f"## {app.title}", "", f"{measured['title']} {measured['version']}, {app.driver}, Postgres "]
    lines[-1] += f"{measured['postgres']}, PgBouncer {measured['pgbouncer']}; as in {app.source}."
    lines += ["", f"Measured with {app.clients} clients on {measured['machine']}."] if measured.get("machine") else []
    if app.why:
        lines += ["", app.why]
    if app.change:
        name, old, new = app.change
        lines += ["", f"Change, as `enable` says: in `{name}`, `{old}` becomes `{new}`."]
    if app.options:
        lines += ["", f"Set: `devpool enable {' '.join(app.options)}`."]
    direct = [service for service, way in measured["routes"].items() if way == "direct"]
    lines += _list("Stays direct", [f"`{service}`: {measured['reasons'][service]}" for service in direct])
    lines += _list("`enable` says", measured["notes"])
    lines += _list("`check --leaks` says", measured["findings"])
    if measured["migration"]:
        lines += ["", f"`devpool migrate` runs `{measured['migration']}`."]
    return "\n".join([*lines, ""])


def _list(title: str, entries: Iterable[str]) -> list[str]:
    found = [f"- {entry}" for entry in entries]
    return ["", f"{title}:", "", *found] if found else []
