"""Two devpools at once, and an editor that saves meanwhile: one of them wins, and no byte of anybody is lost."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from command_rig import (
    CHUNK,
    DISABLE,
    SEED,
    SET,
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
)
from crash_rig import Step, Tree, covered, end, start, stepping, tree
from projects import ONE_FILE, OVERRIDE, PROJECTS, TWO_POOLERS, Project
from thinned import pairs, stride, thinned

from devpool.commit import disk, lock
from devpool.errors import DevpoolError

NOT_ENABLED = Outcome(1, "not-enabled")
LOST = [Outcome(1, "locked"), Outcome(1, "changed-meanwhile")]
each_pair = pytest.mark.parametrize(("project", "verb"), pairs(PROJECTS, ["enable", "set", "disable"]))


# --- two devpools -----------------------------------------------------------------------------------------


OTHER_SET = ("set", "default_pool_size=77", "max_client_conn=500", "--no-up", "--no-verify")
RACES = {
    "enable against enable": ("enable", enable_words(TWO_POOLERS), enable_words(TWO_POOLERS)),
    "enable against disable": ("disable", (*enable_words(TWO_POOLERS), "--pool-size", "9"), DISABLE),
    "set against set": ("set", SET, OTHER_SET),
    "set against disable": ("set", SET, DISABLE),
}


def alone(cases: Cases, root: Path, verb: str, *each: tuple[str, ...]) -> Tree | None:
    """The tree after these commands, one after the other; None where one is refused after those before it."""
    cases(TWO_POOLERS, verb).again(root)
    found = [outcome(command(root, words)) for words in each]
    assert all(one in (Outcome(0), NOT_ENABLED) for one in found)
    return None if NOT_ENABLED in found else tree(root)


@pytest.mark.parametrize("race", thinned(RACES))
def test_of_two_commands_that_have_read_the_same_one_wins(cases: Cases, root: Path, race: str) -> None:
    verb, *each = RACES[race]
    ends = [alone(cases, root, verb, words) for words in each]
    won: Counter[int] = Counter()
    cases(TWO_POOLERS, verb).again(root)
    with (
        Held(command(root, each[0]), no_step, disk.CHUNK) as one,
        Held(command(root, each[1]), no_step, disk.CHUNK) as two,
    ):
        for number in range(34):
            cases(TWO_POOLERS, verb).again(root)
            pair = (one, two) if number % 2 else (two, one)
            for held in pair:
                held.begin(1)
            found = [held.finish() for held in (one, two)]
            assert sorted(found, key=lambda o: o.exit)[0] == Outcome(0)
            assert sorted(found, key=lambda o: o.exit)[1] in LOST
            winner = found.index(Outcome(0))
            assert tree(root) == ends[winner]
            won[winner] += 1
    covered(f"races after reading, won {dict(won)}", race, won.total())


@pytest.mark.parametrize("race", thinned(RACES))
def test_two_commands_that_start_at_once_end_in_a_legal_tree(cases: Cases, root: Path, race: str) -> None:
    verb, *each = RACES[race]
    chance = random.Random(SEED)
    # What the two may end in, by which of them say that they are done: both in some order, or one alone.
    legal = {
        (True, True): [alone(cases, root, verb, *order) for order in (each, each[::-1])],
        (True, False): [alone(cases, root, verb, each[0])],
        (False, True): [alone(cases, root, verb, each[1])],
    }
    seen: Counter[str] = Counter()
    for _ in range(34):
        cases(TWO_POOLERS, verb).again(root)
        children = []
        for words in each:
            children.append(begun(command(root, words)))
            time.sleep(chance.choice([0, chance.uniform(0, 0.06)]))
        found = [finished(*child) for child in children]
        assert all(one in (Outcome(0), NOT_ENABLED, *LOST) for one in found), (found, SEED)
        first, second = (one == Outcome(0) for one in found)
        assert tree(root) in legal[first, second], (found, SEED)
        seen["/".join(one.error or "done" for one in found)] += 1
    covered(f"races from the start, seed {SEED}, {dict(seen)}", race, seen.total())


# --- the lock ---------------------------------------------------------------------------------------------


def standing(root: Path, seconds: float) -> int:
    """An enable that stands still in the middle, its lock held; its process."""
    told, tell = os.pipe()

    def stand(name: str, path: str) -> None:
        if name == "replace" and path.endswith("/intent"):
            os.write(tell, b"x")
            time.sleep(seconds)

    def hold() -> None:
        with stepping(stand):
            os._exit(command(root, enable_words(ONE_FILE))().exit)

    child = start(hold)
    os.read(told, 1)
    return child


@pytest.mark.parametrize("after", [enable_words(ONE_FILE), DISABLE], ids=["enable", "disable"])
def test_the_lock_of_a_killed_holder_stops_nobody(cases: Cases, root: Path, after: tuple[str, ...]) -> None:
    case = cases(ONE_FILE, "enable")
    case.again(root)
    child = standing(root, 60)
    kill(child)
    assert end(child) == -signal.SIGKILL
    assert (root / "project/.devpool/lock").read_text() == f"{child}\n"
    assert outcome(command(root, after)) == Outcome(0)
    assert tree(root) == (case.old if after is DISABLE else case.new)


def test_a_command_waits_for_a_living_one_and_goes_on(cases: Cases, root: Path) -> None:
    case = cases(ONE_FILE, "enable")
    case.again(root)
    child = standing(root, 0.4)
    assert outcome(command(root, DISABLE)) == Outcome(0)
    assert end(child) == 0
    assert tree(root) == case.old, "disable found what enable had written"


def test_a_command_does_not_wait_for_ever_and_names_who_is_at_work(cases: Cases, root: Path) -> None:
    case = cases(ONE_FILE, "enable")
    case.again(root)
    child = standing(root, 60)
    before = tree(root)
    assert outcome(command(root, DISABLE)) == Outcome(1, "locked")
    with pytest.raises(DevpoolError, match=f"process {child}"), lock.locked(root / "project", wait=0):
        pass
    assert tree(root) == before
    kill(child)
    end(child)
    assert recovered(root) == case.old


# --- an editor --------------------------------------------------------------------------------------------


MINE = b"# mine\nservices: {}\n"
INSTANT = 77


def saving(target: Path, number: int) -> Step:
    """Another process saves this file at a step, as editors do: over it or by a rename; but for the one instant.

    Between the last look at a file and the rename over it there is no step that anybody could take back:
    POSIX has no rename that compares. There is one such step for each file.
    """
    steps = count(1)
    real = os.path.realpath(target)

    def save() -> None:
        if number % 2:
            Path(real).write_bytes(MINE)
        else:
            Path(f"{real}.swp").write_bytes(MINE)
            Path(f"{real}.swp").rename(real)

    def step(name: str, path: str) -> None:
        if next(steps) == number:
            if (name, path) == ("replace", real):
                os._exit(INSTANT)
            assert end(start(save)) == 0

    return step


@each_pair
def test_what_an_editor_saves_at_any_step_survives(cases: Cases, root: Path, project: Project, verb: str) -> None:
    case = cases(project, verb)
    edited = [n for n in case.old if ".devpool" not in n and n in case.new and case.old[n][2] != case.new[n][2]]
    if project is OVERRIDE and verb != "set":
        assert not edited  # its file comes and goes as a whole
        return
    assert edited
    for name in edited:
        counts = editor_at_work(cases, root, project, verb, name)
        assert counts[INSTANT] <= 1
        assert counts[1] > 0 and counts[0] > 0
        covered(f"an editor saves {name}, {counts[1]} refused, {counts[0]} done", verb, counts.total())


def editor_at_work(cases: Cases, root: Path, project: Project, verb: str, name: str) -> Counter[int]:
    """How often the command was refused, done, or not to be judged, while this file was saved at each of its steps."""
    case, counts = cases(project, verb), Counter[int]()
    sparse = stride(4) if project is ONE_FILE and name.endswith(".yml") and verb != "disable" else 7
    case.again(root)
    with Held(command(root, case.words), lambda number: saving(root / name, number), CHUNK) as held:
        while True:
            case.again(root)
            found = held.run(1 + counts.total() * sparse)
            left = tree(root)
            if found == Outcome(0) and left == case.new:
                return counts
            counts[found.exit] += 1
            if found.exit == INSTANT:
                continue
            assert left.pop(name)[2] == MINE, (counts, name)
            assert found in (Outcome(0), Outcome(1, "changed-meanwhile")), (counts, found)
            rest = case.new if found == Outcome(0) else case.old
            assert left == {n: v for n, v in rest.items() if n != name}, (counts, name)


HOOKS = {
    "enable": [("devpool.lifecycle.build_enable", "make_plan"), ("devpool.lifecycle.build_enable", "rewrite")],
    "set": [("devpool.lifecycle.build_enable", "make_plan"), ("devpool.lifecycle.build_enable", "rewrite")],
    "disable": [("devpool.lifecycle.direct_files", "undo_exactly"), ("devpool.lifecycle.build_disable", "read_model")],
}


@each_pair
def test_what_an_editor_saves_while_devpool_decides_survives(
    cases: Cases, root: Path, project: Project, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing lies Compose's proof, which takes its time: so does an editor's save."""
    case = cases(project, verb)
    edited = [name for name in case.old if ".devpool" not in name and case.old[name] != case.new.get(name)]
    seen: Counter[str] = Counter()
    for name in edited:
        for module, function in HOOKS[verb]:
            case.again(root)
            with monkeypatch.context() as patch:
                # set looks first whether enable would change more than a setting: its second reading counts.
                save_before(patch, module, function, root / name, call=2 if verb == "set" else 1)
                found = outcome(command(root, case.words))
            left = tree(root)
            assert left.pop(name)[2] == MINE, function
            # Done, where the file was read only after it was saved: what the user took out himself is not there.
            assert found in (Outcome(0), Outcome(1, "changed-meanwhile")), found
            rest = case.new if found == Outcome(0) else case.old
            assert left == {n: v for n, v in rest.items() if n != name}
            seen[found.error] += 1
    assert seen["changed-meanwhile"] >= len(edited)


def save_before(patch: pytest.MonkeyPatch, module: str, function: str, file: Path, call: int) -> None:
    """Save a file right before this call of a function of ours does its work."""
    real = getattr(import_module(module), function)
    calls = count(1)

    def saved(*given: object, **named: object) -> object:
        if next(calls) == call:
            file.write_bytes(MINE)
        return real(*given, **named)

    patch.setattr(f"{module}.{function}", saved)
