"""Own time of `devpool enable`, which is all but Compose's, beside one `docker compose config` of the same files."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from _measure import REPO, Failed, devpool, has_compose, seconds
from _projects import Project, generated, golden, real

START_RATIO = 2.0  # `devpool --version` to `import click`
OWN_RATIO = 1.0  # own time to one `docker compose config`, median over projects
DOUBLING = 2.3
# Each command does what the one before it does, and one thing more; so each difference is one stage's own time.
STAGES = {
    "start-up": ["--version"],
    "reading and deciding": ["enable", "--no-up", "--dry-run", "--no-verify"],
    "proof": ["enable", "--no-up", "--dry-run"],
    "writing": ["enable", "--no-up"],
}

Row = dict[str, Any]


def main() -> int:
    """Measure, show, and tell what is missed by the exit code."""
    given = _arguments()
    if not has_compose():
        print("error: there is no docker compose\n\nhint: ci/engine installs what is missing", file=sys.stderr)  # noqa: T201
        return 1
    start = _start(given.rounds)
    projects = [_project(p, given.rounds) for p in _projects(given.project)]
    sizes = [_size(n, given.rounds) for n in given.services]
    missed = [*_missed_start(start), *_missed_projects(projects), *_missed_sizes(sizes)]
    _show(
        _start_lines(start),
        _project_lines(projects),
        _stage_lines(projects),
        _size_lines(sizes),
        [f"missed: {m}" for m in missed],
    )
    if given.json:
        body = {"start": start, "projects": projects, "sizes": sizes, "missed": missed}
        Path(given.json).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench edit", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each command; the median counts (3)")
    parser.add_argument("--project", type=Path, help="this folder alone, in place of the golden cases and the corpus")
    parser.add_argument("--services", type=_sizes, default=[250, 500, 1000, 2000], help="sizes to generate, or 0")
    parser.add_argument("--json", metavar="FILE", help="write all numbers there too")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if int(word)]


def _projects(only: Path | None) -> list[Project]:
    return [Project(name=only.name, source=only)] if only else [*golden(), *real()]


def _rounds(count: int, *measured: Callable[[], float]) -> list[float]:
    """The median of each, measured in turns so that a busy moment of the machine meets all of them."""
    return [median(taken) for taken in zip(*([m() for m in measured] for _ in range(count)), strict=True)]


def _start(rounds: int) -> Row:
    click, own = _rounds(
        7 * rounds,
        lambda: seconds([sys.executable, "-c", "import click"], REPO),
        lambda: seconds([sys.executable, "-m", "devpool", "--version"], REPO),
    )
    return {"import_click": click, "devpool_version": own, "ratio": own / click}


def _project(project: Project, rounds: int) -> Row:
    """One project; `refused` in place of numbers where enable does not change it."""
    _say(project.name)
    try:
        return {"name": project.name} | _enabled(project, rounds)
    except Failed as refused:
        return {"name": project.name, "refused": str(refused).splitlines()[0]}


def _enabled(project: Project, rounds: int) -> Row:
    """Medians: enable from start to end, its own time and that of its stages, and one `docker compose config`."""
    compose = ["docker", "compose", *project.files, "config"]
    found: list[tuple[float, ...]] = []
    for _ in range(rounds):
        with project.copied() as folder:
            config = seconds(compose, folder)
            runs = [devpool([*project.files, *words], folder) for words in _commands(project)]
        found.append((runs[-1].wall, config, *(run.own for run in runs)))
    wall, config, *owns = map(median, zip(*found, strict=True))
    stages = dict(zip(STAGES, (b - a for a, b in itertools.pairwise([0.0, *owns])), strict=True))
    return {"wall": wall, "own": owns[-1], "config": config, "ratio": owns[-1] / config, "stages": stages}


def _commands(project: Project) -> list[list[str]]:
    return [[*words, *project.words] if "enable" in words else words for words in STAGES.values()]


def _size(services: int, rounds: int) -> Row:
    _say(f"{services} services")
    text = generated(services)
    with TemporaryDirectory(prefix="devpool-bench-") as folder:
        (Path(folder) / "compose.yml").write_text(text, encoding="utf-8")
        row = _enabled(Project(name=str(services), source=Path(folder)), rounds)
    return {"services": services, "lines": text.count("\n")} | row


def _ratio_of(projects: list[Row]) -> float | None:
    ratios = [row["ratio"] for row in projects if "ratio" in row]
    return median(ratios) if ratios else None


def _factors(sizes: list[Row]) -> list[tuple[Row, Row, float]]:
    """Pairs of sizes of which the second is twice the first, and how many times its own time."""
    pairs = itertools.pairwise(sizes)
    return [(a, b, b["own"] / a["own"]) for a, b in pairs if b["services"] == 2 * a["services"]]


def _missed_start(start: Row) -> list[str]:
    return [f"start: ratio {start['ratio']:.2f}, at most {START_RATIO}"] if start["ratio"] > START_RATIO else []


def _missed_projects(projects: list[Row]) -> list[str]:
    ratio = _ratio_of(projects)
    if ratio is None:
        return ["projects: none was enabled"]
    sentence = f"projects: median own time {ratio:.2f} times `docker compose config`, at most {OWN_RATIO}"
    return [sentence] if ratio > OWN_RATIO else []


def _missed_sizes(sizes: list[Row]) -> list[str]:
    return [
        f"{a['services']} to {b['services']} services: factor {factor:.2f}, at most {DOUBLING}"
        for a, b, factor in _factors(sizes)
        if factor > DOUBLING
    ]


def _start_lines(start: Row) -> list[str]:
    click, own, ratio = start["import_click"] * 1000, start["devpool_version"] * 1000, start["ratio"]
    return [f"devpool --version {own:.0f} ms, import click {click:.0f} ms: ratio {ratio:.2f}"]


def _project_lines(projects: list[Row]) -> list[str]:
    lines = [f"{'project':44} {'own ms':>7} {'enable ms':>9} {'config ms':>9} {'own/config':>10}"]
    for row in projects:
        lines += [_line(f"{row['name'][:44]:44}", row, 1000)] if "own" in row else [f"{row['name'][:44]:44} refused"]
    ratio = _ratio_of(projects)
    return [*lines, f"median of {len(projects)} projects: {ratio:.2f}" if ratio else "none was enabled"]


def _stage_lines(projects: list[Row]) -> list[str]:
    """Where the own time goes: the median of each stage, and its share."""
    rows = [row["stages"] for row in projects if "stages" in row]
    stages = {name: median(row[name] for row in rows) for name in STAGES} if rows else {}
    whole = sum(stages.values())
    return [f"{name:24} {taken * 1000:5.0f} ms {taken / whole:5.0%}" for name, taken in stages.items()]


def _size_lines(sizes: list[Row]) -> list[str]:
    head = f"{'services':>8} {'lines':>6} {'own s':>7} {'enable s':>9} {'config s':>9} {'own/config':>10}"
    lines = [f"{head} factor"]
    factors = {b["services"]: f"{factor:6.2f}" for _, b, factor in _factors(sizes)}
    for row in sizes:
        lines.append(_line(f"{row['services']:8} {row['lines']:6}", row, 1) + f" {factors.get(row['services'], '')}")
    return lines if sizes else []


def _line(head: str, row: Row, unit: int) -> str:
    digits = 0 if unit == 1000 else 2
    own, wall, config = (f"{row[key] * unit:.{digits}f}" for key in ("own", "wall", "config"))
    return f"{head} {own:>7} {wall:>9} {config:>9} {row['ratio']:10.2f}"


def _show(*groups: list[str]) -> None:
    print("\n\n".join("\n".join(lines) for lines in groups if lines))  # noqa: T201


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
