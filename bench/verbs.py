"""What a verb takes on the running demo, beside the docker command that does the least of the same."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from _measure import Failed, seconds
from _rig import has_engine
from _switching import DEVPOOL, Demo, running_demo

MIGRATE = ["python3", "manage.py", "migrate"]
COMMANDS = {
    "docker compose ps": ["docker", "compose", "ps"],
    "status": [*DEVPOOL, "status"],
    "check": [*DEVPOOL, "check"],
    "docker compose run": ["docker", "compose", "run", "--rm", "web", *MIGRATE],
    "migrate": [*DEVPOOL, "migrate", "web", "--", *MIGRATE],
}


@dataclass(frozen=True, slots=True)
class Target:
    """The most that one command may take of what another takes."""

    command: str
    beside: str
    most: float


TARGETS = (
    Target("status", "docker compose ps", 3.0),
    Target("check", "status", 3.0),
    Target("migrate", "docker compose run", 1.3),
)


def main(argv: list[str] | None = None) -> int:
    """Measure, show, and tell what is missed by the exit code."""
    given = _arguments(argv)
    if not has_engine():
        print("error: no Docker engine answers\n\nhint: start one: ci/engine", file=sys.stderr)  # noqa: T201
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # with the clean-up of the demo
    try:
        with running_demo() as demo:
            taken = _measured(demo, given.rounds)
    except Failed as failed:
        print(f"error: {failed}\n\nhint: all that was started is removed; run it again", file=sys.stderr)  # noqa: T201
        return 1
    ratios = {target: taken[target.command] / taken[target.beside] for target in TARGETS}
    missed = [_sentence(target, ratio) for target, ratio in ratios.items() if ratio > target.most]
    print("\n".join([*_lines(taken, ratios), *(f"missed: {sentence}" for sentence in missed)]))  # noqa: T201
    if given.json:
        given.json.write_text(json.dumps({"seconds": taken, "missed": missed}, indent=1) + "\n", encoding="utf-8")
    return 1 if missed else 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench verbs", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="runs of each command, in turns; the median counts (7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there too")
    return parser.parse_args(argv)


def _measured(demo: Demo, rounds: int) -> dict[str, float]:
    """Median seconds of each command on the enabled demo."""
    demo.enable()
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            found[name].append(seconds(command, demo.folder, demo.environ))
    return {name: median(all_of_it) for name, all_of_it in found.items()}


def _lines(taken: Mapping[str, float], ratios: Mapping[Target, float]) -> list[str]:
    shown = [f"{'command':20} {'seconds':>7}", *(f"{name:20} {value:7.2f}" for name, value in taken.items()), ""]
    return shown + [_sentence(target, ratio) for target, ratio in ratios.items()] + [""]


def _sentence(target: Target, ratio: float) -> str:
    return f"{target.command}: {ratio:.2f} times {target.beside}, at most {target.most}"


if __name__ == "__main__":
    sys.exit(main())
