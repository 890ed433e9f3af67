"""enable, disable and set, killed or failing at any step: the project is as before or as after, to the byte.

The steps are counted, not listed: a process dies at step 1, 2, 3, ... of the real command until it survives. SIGKILL at
random times is the control of that: it does not know what a step is. `pytest -s` shows how many there were.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_rig import (
    DISABLE,
    SEED,
    Case,
    Cases,
    Held,
    Outcome,
    begun,
    command,
    enable_words,
    finished,
    kill,
    no_step,
    outcome,
    recovered,
    recovery,
)
from counting import count
from crash_rig import DIED, Step, at, clone, covered, die, tree, without_lock
from projects import ONE_FILE, PROJECTS, TWO_POOLERS, Project
from thinned import pairs, stride

from devpool.commit import disk, unverified
from devpool.commit.recovery import recover

VERBS = ["enable", "set", "disable"]
each_pair = pytest.mark.parametrize(("project", "verb"), pairs(PROJECTS, VERBS))
each_verb = pytest.mark.parametrize("verb", VERBS)


def dying(number: int) -> Step:
    return at(number, die)


def dying_before_the_commit_point(number: int) -> Step:
    """All files are new, and the intent is about to go."""

    def step(name: str, path: str) -> None:
        if name == "unlink" and path.endswith("/journal/intent"):
            die()

    return step


def killed(case: Case, root: Path, steps: Callable[[int], Step], number: int = 1) -> Path:
    """The root after the command died there."""
    case.again(root)
    with Held(command(root, case.words), steps) as held:
        assert held.run(number).exit == DIED
    return root


# --- killed at each step ----------------------------------------------------------------------------------


@each_pair
def test_a_command_killed_at_any_step_leaves_all_old_or_all_new(
    cases: Cases, root: Path, project: Project, verb: str
) -> None:
    case, sparse = cases(project, verb), 1 if verb == "set" else stride(2) if project is ONE_FILE else 3
    ends: list[str] = []
    case.again(root)
    with Held(command(root, case.words), dying) as held:
        while (last := held.run(1 + len(ends) * sparse)).exit == DIED:
            found = recovered(root)
            assert found in (case.old, case.new), f"step {1 + len(ends) * sparse}"
            ends.append("old" if found == case.old else "new")
            case.again(root)
    assert (last, tree(root)) == (Outcome(0), case.new)
    assert ends == sorted(ends, reverse=True), "there is one commit point: old before it, new after it"
    assert {"old", "new"} == set(ends) and len(ends) * sparse > 40
    covered(f"killed {verb}", project.name, len(ends))


@each_pair
def test_a_recovery_killed_at_any_step_can_be_run_again(cases: Cases, root: Path, project: Project, verb: str) -> None:
    case = cases(project, verb)
    crash = clone(killed(case, root, dying_before_the_commit_point), root.with_name("crash"))
    points, sparse = 0, 1 if project is ONE_FILE else 7
    clone(crash, root)
    with Held(recovery(root), dying) as held:
        while (last := held.run(1 + points * sparse)).exit == DIED:
            points += 1
            assert recovered(root) == case.old, points
            clone(crash, root)
    assert (last, tree(root)) == (Outcome(0), case.old)
    assert points * sparse > 20
    covered(f"killed recovery of {verb}", project.name, points)


@each_pair
def test_the_next_command_goes_on_as_if_nothing_had_happened(
    cases: Cases, root: Path, project: Project, verb: str
) -> None:
    case, chance = cases(project, verb), random.Random(SEED)
    plain, enabled = cases(project, "disable").new, cases(project, "enable").new
    crash = root.with_name("crash")
    for number in chance.sample(range(1, 40), 2):
        clone(killed(case, root, dying, number), crash)
        assert outcome(command(root, DISABLE)) == Outcome(0)
        assert tree(root) == plain, f"seed {SEED}"
        clone(crash, root)
        assert outcome(command(root, enable_words(project))) == Outcome(0)
        assert tree(root) == enabled, f"seed {SEED}"
    if project is ONE_FILE:
        clone(crash, root)
        assert outcome(command(root, ("status",))) == Outcome(0)
        assert tree(root) == case.old


def test_a_kill_while_settings_are_kept_leaves_nothing_behind_for_good(
    cases: Cases, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, state = cases(TWO_POOLERS, "disable"), root.with_name("state")
    (state / "devpool").mkdir(parents=True, mode=0o700)
    shutil.copy2(Path(os.environ["XDG_STATE_HOME"], "devpool", "key"), state / "devpool")  # which signed the case
    monkeypatch.setenv("XDG_STATE_HOME", str(state))

    def dying_there(number: int) -> Step:
        step = at(number, die)
        return lambda name, path: step(name, path) if Path(path).is_relative_to(state) else None

    points = 0
    case.again(root)
    with Held(command(root, case.words), dying_there) as held:
        while (last := held.run(points + 1)).exit == DIED:
            assert recovered(root) == case.new
            points += 1
            case.again(root)
    assert (last, tree(root)) == (Outcome(0), case.new)
    case.again(root)
    assert outcome(command(root, case.words)) == Outcome(0)
    assert sorted(path.name for path in state.rglob("*") if path.is_file()) == ["key", "tuned.json"]
    assert points > 5


# --- failing at each step ---------------------------------------------------------------------------------


NAMED = {
    errno.ENOSPC: "disk-full",
    errno.EIO: "disk-error",
    errno.EACCES: "not-writable",
    errno.EROFS: "not-writable",
}


def failing(code: int) -> Callable[[int], Step]:
    def fail() -> None:
        raise OSError(code, os.strerror(code))

    return lambda number: at(number, fail)


@each_pair
def test_a_command_that_fails_at_any_step_is_undone_and_says_why(
    cases: Cases, root: Path, project: Project, verb: str
) -> None:
    case = cases(project, verb)
    points, sparse = 0, stride(2) if project is ONE_FILE else 5
    for part, (code, name) in enumerate(NAMED.items()):
        case.again(root)
        with Held(command(root, case.words), failing(code)) as held:
            number = 1 + part * sparse
            while (last := held.run(number)) != Outcome(0) or tree(root) != case.new:
                found = tree(root)
                if last == Outcome(0):  # what failed was only the sweeping
                    assert recovered(root) == case.new, number
                else:
                    assert last in (Outcome(1, name), Outcome(1, "not-undone")), (number, last)
                    assert found == case.old or recovered(root) == case.old, number
                number += len(NAMED) * sparse
                points += 1
                case.again(root)
    assert points * sparse > 30
    covered(f"failing {verb}", project.name, points)


# --- killed at random times -------------------------------------------------------------------------------


def duration(held: Held, before: Path, root: Path) -> float:
    """Seconds that the work takes when it is let live."""
    clone(before, root)
    started = time.perf_counter()
    assert held.run(1) == Outcome(0)
    return time.perf_counter() - started


def _wait(seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        time.sleep(0)  # sleeping is too coarse for a commit of some milliseconds


@pytest.mark.parametrize(("project", "verb"), pairs(PROJECTS, [*VERBS, "recovery"]))
def test_a_kill_at_a_random_time_leaves_all_old_or_all_new(
    cases: Cases, root: Path, project: Project, verb: str
) -> None:
    case, chance = cases(project, "enable" if verb == "recovery" else verb), random.Random(SEED)
    before = case.before
    if verb == "recovery":
        before = clone(killed(case, root, dying_before_the_commit_point), root.with_name("crash"))
    clone(before, root)  # for the reading, before the first of them
    kills, midst, new, tries = 0, 0, 0, 0
    with Held(recovery(root) if verb == "recovery" else command(root, case.words), no_step, disk.CHUNK) as held:
        lasts = min(duration(held, before, root) for _ in range(3))
        while kills < 30:
            tries += 1
            assert tries < 1000, f"{kills} kills"
            clone(before, root)
            child = held.begin(1)
            _wait(chance.uniform(0, lasts))
            kill(child)
            kills += (last := held.finish()).exit == -signal.SIGKILL
            assert last in (Outcome(0), Outcome(-signal.SIGKILL)), last
            midst += (root / "project/.devpool/journal").is_dir()
            found = recovered(root)
            new += found == case.new
            assert found in ((case.old,) if verb == "recovery" else (case.old, case.new)), f"seed {SEED}"
    assert midst > 0
    count(f"seed {SEED}: {kills} kills of {verb}, {project.name}; {midst} in the midst, {new} ended new")


@each_verb
def test_a_kill_between_the_first_instruction_and_the_last_does_no_harm(cases: Cases, root: Path, verb: str) -> None:
    case, chance = cases(TWO_POOLERS, verb), random.Random(SEED)
    case.again(root)
    started = time.perf_counter()
    assert outcome(command(root, case.words)) == Outcome(0)
    lasts = time.perf_counter() - started
    kills = 0
    for _ in range(12):
        case.again(root)
        child, told = begun(command(root, case.words))
        _wait(chance.uniform(0, lasts))
        kill(child)
        kills += (last := finished(child, told)).exit == -signal.SIGKILL
        assert last in (Outcome(0), Outcome(-signal.SIGKILL))
        assert recovered(root) in (case.old, case.new), f"seed {SEED}"
    assert kills > 0
    covered(f"kills from the start, seed {SEED}", verb, kills)


# --- a damaged intent -------------------------------------------------------------------------------------


def test_the_damaged_intent_of_a_real_enable_is_believed_in_no_part(cases: Cases, root: Path) -> None:
    case, chance = cases(TWO_POOLERS, "enable"), random.Random(SEED)
    killed(case, root, dying_before_the_commit_point)
    intent = root / "project/.devpool/journal/intent"
    whole, before = intent.read_bytes(), without_lock(tree(root))
    places = [*range(70), *chance.sample(range(70, len(whole)), 250)]
    flipped = [whole[:i] + bytes([whole[i] ^ 1 << chance.randrange(8)]) + whole[i + 1 :] for i in places]
    cut = [whole[:length] for length in chance.sample(range(len(whole)), 100)]
    for number, data in enumerate([*flipped, *cut, b""]):
        intent.write_bytes(data)
        assert recover(root / "project") is False, f"seed {SEED}"
        (warning,) = unverified.warnings(root / "project")
        assert (warning.code, warning.where) == ("journal-not-verified", str(intent.parent)), f"seed {SEED}"
        if number % 50 == 0:
            assert outcome(command(root, (*case.words, "--dry-run"))) == Outcome(0)
            assert outcome(command(root, ("status",))) == Outcome(0)
    intent.write_bytes(whole)
    assert without_lock(tree(root)) == before, "nothing was put back in between"
    assert outcome(command(root, DISABLE)) == Outcome(0), "the control: the whole one is believed"
    assert tree(root) == case.old
    covered("damaged intent", "enable", len(flipped) + len(cut) + 1)
