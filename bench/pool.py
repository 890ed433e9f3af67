"""Rates, memory and switching times of the pooler, beside Postgres itself and the recipe of guides."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from _chart import svg
from _measure import Failed
from _memory import DATABASE, NUMBER, Cost, Start, cost
from _pgbench import MEASURES, rate
from _results import Row, missed, table
from _rig import Rig, Route, docker, has_engine, new_rig
from _switching import Demo, running_demo


def main(argv: list[str] | None = None) -> int:
    """Measure, show, and tell what is missed by the exit code."""
    given = _arguments(argv)
    try:
        found = json.loads(given.read.read_text(encoding="utf-8")) if given.read else _measured(given)
    except Failed as failed:
        return _fail(str(failed), "all that was started is removed; run it again")
    if found is None:
        return _fail("no Docker engine answers", "start one: ci/engine")
    _show(found)
    _write(given.json, json.dumps(found, indent=1) + "\n")
    _write(given.svg, svg(found))
    return 1 if missed(found) else 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench pool", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured; medians count (3)")
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there too")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the rates there")
    parser.add_argument("--read", type=Path, metavar="FILE", help="measure nothing: show what --json wrote earlier")
    return parser.parse_args(argv)


def _measured(given: argparse.Namespace) -> Row | None:
    """Everything; None where there is no engine."""
    if not has_engine():
        return None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # with the clean-up of each `with`
    found: Row = {"rounds": given.rounds, "seconds": given.seconds}
    with new_rig() as rig:
        found |= _rates(rig, given)
        found["memory"] = _memory(rig, given.rounds)
    with running_demo() as demo:
        found["switching"] = _switching(demo, given.rounds)
    return found | {"machine": _machine()}


def _rates(rig: Rig, given: argparse.Namespace) -> Row:
    routes = {
        "direct": rig.direct(),
        "devpool": rig.pooler("devpool"),
        "fast": rig.pooler("fast", PGBOUNCER_SCRAM_ITERATIONS="256"),
        "recipe": rig.recipe("recipe"),
    }
    for route in routes.values():
        rate(rig, route, MEASURES[0], 1)  # warms what is cached
    rates: Row = {measure.key: {name: [] for name in routes} for measure in MEASURES}
    for number in range(given.rounds):
        _say(f"rates, round {number + 1} of {given.rounds}")
        for measure in MEASURES:
            for name in _turned(list(routes), number):
                rates[measure.key][name].append(asdict(rate(rig, routes[name], measure, given.seconds)))
    return {"rates": rates, "versions": _versions(rig, routes)}


def _turned(names: list[str], by: int) -> list[str]:
    """Each round begins with another, so that none is always the first or the last."""
    by %= len(names)
    return names[by:] + names[:by]


def _memory(rig: Rig, rounds: int) -> dict[str, list[Cost]]:
    rig.postgres(DATABASE, NUMBER + 20)
    starts: dict[str, Start] = {
        "devpool": lambda size: rig.pooler("devpool", POSTGRES_HOST=DATABASE, PGBOUNCER_DEFAULT_POOL_SIZE=str(size)),
        "recipe": lambda size: rig.recipe("recipe", DATABASE, size),
    }
    _say("memory")
    return {name: [cost(rig, start) for _ in range(rounds)] for name, start in starts.items()}


def _switching(demo: Demo, rounds: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {"enable": [], "disable": [], "recreate": []}
    for number in range(rounds):
        _say(f"switching, round {number + 1} of {rounds}")
        for what, seconds in taken.items():
            seconds.append(getattr(demo, what)())
    return taken


def _versions(rig: Rig, routes: dict[str, Route]) -> dict[str, str]:
    asked = {name: docker("exec", routes[name].host, "pgbouncer", "--version") for name in ("devpool", "recipe")}
    postgres = docker("exec", rig.client, "postgres", "--version")
    return {name: said.split()[1] for name, said in asked.items()} | {"postgres": postgres.split()[2]}


def _machine() -> Row:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[2]  # of the last quarter of an hour
    return {"cores": os.cpu_count(), "memory": f"{memory:.0f} GB", "kind": platform.machine(), "load": load}


def _show(found: Row) -> None:
    groups = [*table(found), "\n".join(f"missed: {sentence}" for sentence in missed(found))]
    print("\n\n".join(group for group in groups if group))  # noqa: T201


def _write(file: Path | None, text: str) -> None:
    if file:
        file.write_text(text, encoding="utf-8")


def _fail(sentence: str, hint: str) -> int:
    print(f"error: {sentence}\n\nhint: {hint}", file=sys.stderr)  # noqa: T201
    return 1


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
