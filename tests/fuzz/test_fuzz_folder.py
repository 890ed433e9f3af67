"""Damaged `.devpool/` folders: no byte outside of the project changes or comes into it, and nothing is a bug.

Each case is an enabled project, an interrupted one, or one that an attacker's clone pretends to be, with a few
mutations of `.devpool/`. A command that reads and one that writes run in it, in this process, beside a home that is a
canary. `bin/fuzz-devpool N` runs as many cases as one likes.

DEVPOOL_FUZZ_SEED            another seed; every run of a seed makes the same cases
DEVPOOL_FUZZ_FOLDER_CASES    how many
DEVPOOL_FUZZ_FOLDER_CASE     only the case of this number, as the message of a failure says
"""

from __future__ import annotations

import os
import shutil
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from counting import count
from crash.crash_rig import DIED, die, end, start, stepping
from fuzz import rig
from fuzz.folder_mutations import MINE, MUTATIONS
from security.canary import DISABLE, ENABLE, QUIET, Tree, World, build, tree

from devpool.commit import disk

SEED = os.environ.get("DEVPOOL_FUZZ_SEED", "20261128")
CASES = int(os.environ.get("DEVPOOL_FUZZ_FOLDER_CASES", "500"))
ONLY = os.environ.get("DEVPOOL_FUZZ_FOLDER_CASE")
LIMIT = 20.0
"""Seconds that a command may take; a busy machine is no runaway."""

READING = (("status",), ("status", "--json"), ("explain",), (*ENABLE, "--dry-run"), ("enable", "--diff", "--no-verify"))
OTHER = (("check",), ("size",), ("migrate", "web"), ("disable", "--dry-run"))
WRITING = (ENABLE, ENABLE, DISABLE, DISABLE, (*DISABLE, "--force"), ("set", "default_pool_size=9", *QUIET))


@dataclass(frozen=True)
class Bases:
    """Projects before a mutation, by name; each was made in the folder where the cases are laid out."""

    world: World
    kept: dict[str, Path]

    def lay_out(self, name: str) -> None:
        shutil.rmtree(self.world.project, ignore_errors=True)
        shutil.copytree(self.kept[name], self.world.project, symlinks=True)


@pytest.fixture
def bases(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Bases:
    """An enabled project, some that were killed, and one whose journal is of another machine."""
    world = build(folder.parent)
    monkeypatch.setenv("HOME", str(world.home))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder.parent / "state"))
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(rig, "LIMIT", LIMIT)
    found = Bases(world, {})
    keep(found, "plain")
    world.devpool(*ENABLE)
    keep(found, "enabled")
    for name, base, words, where in (
        ("enabling", "plain", ENABLE, "/state.json"),
        ("enabling late", "plain", ENABLE, "/journal/intent"),
        ("disabling", "enabled", DISABLE, "/pgbouncer-db.shop.net.env"),
        ("disabling late", "enabled", DISABLE, "/journal/intent"),
    ):
        found.lay_out(base)
        killed(world, words, where)
        keep(found, name)
    found.lay_out("enabling late")
    intent = world.own / "journal" / "intent"
    intent.write_bytes(b"0" * 64 + b"\n" + intent.read_bytes().partition(b"\n")[2])
    keep(found, "of another machine")
    return found


def killed(world: World, words: tuple[str, ...], where: str) -> None:
    """Run a command in a process that dies as it is about to give that file its name, or to take it away."""

    def step(name: str, path: str) -> None:
        renames = name == "replace" and "/journal/" not in path
        if path.endswith(where) and (renames or name == "unlink"):
            die()

    def work() -> None:
        with stepping(step, disk.CHUNK):
            world.devpool(*words)

    assert end(start(work)) == DIED, (words, where)


def keep(bases: Bases, name: str) -> None:
    """Keep the project as it is now under a name, with a file of the user's own in `.devpool/`."""
    bases.world.own.mkdir(exist_ok=True)
    (bases.world.own / MINE).write_bytes(b"mine\n")
    to = bases.world.project.parent / "kept" / name
    shutil.copytree(bases.world.project, to, symlinks=True)
    bases.kept[name] = to


@pytest.mark.timeout(7200, method="thread")  # the limit of a single command is a signal already
def test_whatever_a_clone_brings_along_nothing_outside_of_it_is_touched(bases: Bases) -> None:
    outside = others(bases)
    broken: list[str] = []
    results: Counter[str] = Counter()
    for number in [int(ONLY)] if ONLY else range(CASES):
        random = Random(f"{SEED}/{number}")
        name = random.choice(sorted(bases.kept))
        bases.lay_out(name)
        os.chdir(bases.world.project)
        done = [mutate(random, bases.world) for _ in range(random.choice((1, 1, 2, 2, 3, 5)))]
        faults = [f for words in commands(random) for f in faults_of(bases, words, outside, results)]
        if faults:
            case = f"DEVPOOL_FUZZ_SEED={SEED} DEVPOOL_FUZZ_FOLDER_CASE={number}"
            broken.append("\n".join([f"{case} ({name}: {', '.join(done)})", *faults]))
    lines = [f"seed {SEED}, {sum(results.values())} commands", *(f"{n:6} {what}" for what, n in results.most_common())]
    count("damaged .devpool folders: " + "\n".join(lines))
    assert not broken, f"{len(broken)} cases broke a law\n\n" + "\n\n".join(broken[:20])


def commands(random: Random) -> tuple[tuple[str, ...], ...]:
    """One that reads and one that writes; the state of what is before is what the second meets."""
    return random.choice((*READING, *READING, *OTHER)), random.choice(WRITING)


def mutate(random: Random, world: World) -> str:
    """Do one mutation."""
    return random.choice(MUTATIONS)(random, world.own, world.home)


def others(bases: Bases) -> Tree:
    """All that is not the project, but for what devpool keeps for itself."""
    root = bases.world.project.parent
    found = tree(root)
    aside = [str(root), str(root / "."), *(str(root / name) for name in ("project", "state/devpool", "kept"))]
    kept = {p: v for p, v in found.items() if not any(p == a or p.startswith(f"{a}/") for a in aside[2:])}
    names = {str(p): (0, 0, b"") for p in root.iterdir()}
    return {p: v for p, v in kept.items() if p not in aside} | names


def faults_of(bases: Bases, words: tuple[str, ...], outside: Tree, results: Counter[str]) -> list[str]:
    """The laws that a command broke."""
    mine = bases.world.own / MINE
    had_mine = not bases.world.own.is_symlink() and mine.is_file()
    try:
        with rig.limited():
            ran = rig.run_words(*words)
    except rig.TooSlow:
        return [f"{' '.join(words)}: more than {LIMIT:.0f} s"]
    results[f"{words[0]}: {ran.error.code if ran.error else 'done'}"] += 1
    found = [] if ran.code in (0, 1, 4) else [f"exit code {ran.code}: {ran.words}\n{ran.trace}"]
    if "Traceback" in ran.words or "Himmelfahrt9" in ran.words:
        found.append(f"this is shown: {ran.words}")
    now = others(bases)
    if now != outside:
        found.append(f"touched: {sorted(p for p in now | outside if now.get(p) != outside.get(p))}")
    found += [f"brought into the project: {path}" for path in stolen(bases.world.project)]
    if had_mine and not mine.is_file():
        found.append("the user's own file is gone")
    return [f"{' '.join(words)}: {fault}" for fault in found]


def stolen(project: Path) -> list[str]:
    """The files of the project that hold what is in the home alone; a link to it holds nothing."""
    found = []
    for root, _, names in os.walk(project):
        for name in names:
            path = Path(root, name)
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_size < disk.CHUNK * 16:
                found += [str(path)] if b"Himmelfahrt9" in path.read_bytes() else []
    return found
