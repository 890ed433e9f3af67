"""Of the rounds of `bin/bench pool`: medians, ratios, the targets that are missed, and the table."""

from __future__ import annotations

from statistics import median
from typing import Any

from _pgbench import MEASURES

ROUTES = {"direct": "direct", "devpool": "devpool", "fast": "fast-auth", "recipe": "recipe"}
# measure, route, compared with, at least so many times
TARGETS = (
    ("connections", "devpool", "direct", 2.0),
    ("connections", "devpool", "recipe", 2.5),
    ("connections", "fast", "direct", 12.0),
    ("tps_64", "devpool", "direct", 0.85),
)
CROWD = "tps_1000"
MUST_SERVE = ("devpool", "fast")  # without an error
_NOT_THERE = "fails"

Row = dict[str, Any]  # everything of a run, as --json writes it


def value(found: Row, measure: str, route: str) -> float | None:
    """The median rate; None where one of the runs gave up."""
    rates = [rate["value"] for rate in found["rates"][measure][route]]
    return None if None in rates else median(rates)


def ratio(found: Row, measure: str, route: str, other: str = "direct") -> float | None:
    """The median of each round's own ratio: what disturbs a round disturbs both sides of it."""
    pairs = zip(found["rates"][measure][route], found["rates"][measure][other], strict=True)
    values = [(mine["value"], its["value"]) for mine, its in pairs]
    return None if None in [one for pair in values for one in pair] else median(a / b for a, b in values)


def errors(found: Row, measure: str, route: str) -> tuple[int, str]:
    """How many there were in all rounds, and the first one's reason."""
    rates = found["rates"][measure][route]
    return sum(rate["errors"] for rate in rates), next((r["reason"] for r in rates if r["reason"]), "")


def missed(found: Row) -> list[str]:
    """The targets that are missed, a sentence each."""
    short = [_too_slow(found, *target) for target in TARGETS]
    counts = [(ROUTES[route], *errors(found, CROWD, route)) for route in MUST_SERVE]
    failed = [f"1,000 clients, {name}: {count} errors ({why}), target 0" for name, count, why in counts if count]
    return [sentence for sentence in short if sentence] + failed


def _too_slow(found: Row, measure: str, route: str, other: str, least: float) -> str:
    got = ratio(found, measure, route, other)
    if got is not None and got >= least:
        return ""
    title = next(m.title for m in MEASURES if m.key == measure)
    told = "no ratio" if got is None else f"{got:.2f} times"
    return f"{title}: {ROUTES[route]} has {told} {ROUTES[other]}, target {least:g}"


def table(found: Row) -> list[str]:
    """All of it in words, in groups."""
    return [_head(found), _rates(found), *_notes(found), _memory(found), _switching(found)]


def _head(found: Row) -> str:
    machine = found["machine"]
    return (
        f"{machine['cores']} cores, {machine['memory']} of memory, load {machine['load']:.1f} meanwhile; "
        f"PgBouncer {found['versions']['devpool']}, recipe {found['versions']['recipe']}, "
        f"Postgres {found['versions']['postgres']}\n"
        f"medians of {found['rounds']} rounds of {found['seconds']} s; in parentheses times direct"
    )


def _rates(found: Row) -> str:
    lines = [f"{'':30}" + "".join(f"{title:>18}" for title in ROUTES.values())]
    for measure in MEASURES:
        cells = "".join(f"{_cell(found, measure.key, route):>18}" for route in ROUTES)
        lines.append(f"{measure.title:30}{cells}")
    return "\n".join(lines)


def _cell(found: Row, measure: str, route: str) -> str:
    rate, times = value(found, measure, route), ratio(found, measure, route)
    if rate is None:
        return f"{_NOT_THERE}        "
    if times is None or route == "direct":
        return f"{rate:,.0f}        "
    return f"{rate:,.0f} {f'({times:.2f})':>7}"


def _notes(found: Row) -> list[str]:
    rows = [(m.title, ROUTES[r], *errors(found, m.key, r)) for m in MEASURES for r in ROUTES]
    return ["\n".join(f"{title}, {name}: {why}" for title, name, count, why in rows if count)]


def _memory(found: Row) -> str:
    lines = [f"{'memory for each connection':30}" + "".join(f"{ROUTES[name]:>18}" for name in found["memory"])]
    for side, title in {"client": "of a client", "pair": "of a client and its server"}.items():
        kilobytes = [median(cost[side] for cost in costs) / 1024 for costs in found["memory"].values()]
        lines.append(f"{title:30}" + "".join(f"{f'{size:.1f} kB':>18}" for size in kilobytes))
    return "\n".join(lines)


def _switching(found: Row) -> str:
    taken = {what: median(seconds) for what, seconds in found["switching"].items()}
    own = taken.get("recreate")
    titles = {
        "enable": "enable, to the first pooled query",
        "disable": "disable, to the first direct one",
        "recreate": "Compose alone replaces the apps",
    }
    lines = ["compose/demo"] if taken else []
    for what, seconds in taken.items():
        times = f" ({seconds / own:.2f})" if own and what != "recreate" else ""
        lines.append(f"{titles[what]:36}{seconds:6.1f} s{times}")
    return "\n".join(lines)
