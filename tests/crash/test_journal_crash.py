"""A commit that is killed, fails or loses its power at any step leaves the old files or the new ones.

As in SQLite's crash tests the steps are counted, not listed: a child dies at step 1, 2, 3, ... until it
survives, so a new step in the code is covered by itself.
"""

from __future__ import annotations

import errno
import fcntl
import os
import random
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crash_rig import (
    ALL,
    COMPOSE,
    DIED,
    NONE,
    SCENARIOS,
    Scenario,
    Step,
    Tree,
    at,
    clone,
    covered,
    die,
    dies_at,
    end,
    start,
    stepping,
    tree,
    without_lock,
)
from thinned import pairs, thinned

from devpool.commit import intent, journal, lock, machine_key, recovery, unverified
from devpool.errors import DevpoolError

ENABLE = SCENARIOS[0]
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)


def busy(name: str, path: str) -> None:
    """What a bind mount of a single file says to a rename over it."""
    if name == "replace" and path.endswith((".yml", "/.env")) and "journal" not in path:
        raise OSError(errno.EBUSY, "Device or resource busy")


def no_step(name: str, path: str) -> None:
    pass


# Files that are renamed into place, and files that have to be written in place.
each_scenario_both_ways = pytest.mark.parametrize(("scenario", "also"), pairs(SCENARIOS, [no_step, busy]))
# Each of these loses what is not flushed at hundreds of steps.
each_power_loss = pytest.mark.parametrize(
    ("scenario", "also"), thinned(pair for scenario in SCENARIOS for pair in ((scenario, no_step), (scenario, busy)))
)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a folder: thousands of trees are written and removed here."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flushing changes nothing for a process that dies; the power loss below has its own model of it."""
    monkeypatch.setattr(os, "fsync", lambda fd: None)


def commit(scenario: Scenario, root: Path) -> None:
    journal.commit(root / "project", scenario.changes(root))


def crashed(scenario: Scenario, root: Path, number: int, also: Step = no_step) -> bool:
    """Build the project at `root` and kill a commit there at this step; whether it died."""
    shutil.rmtree(root, ignore_errors=True)
    scenario.build(root)
    return dies_at(number, lambda: commit(scenario, root), also)


def recovered(root: Path) -> Tree:
    """The tree after recovery, and after a second one, which has nothing to do."""
    recovery.recover(root / "project")
    found = tree(root)
    assert recovery.recover(root / "project") is False
    assert tree(root) == found
    return found


@pytest.fixture(autouse=True, scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The key of this machine is there: what is written once and elsewhere is no step of a commit."""
    assert machine_key.problem(tmp_path_factory.mktemp("key")) is None


# --- killed -----------------------------------------------------------------------------------------------


@each_scenario_both_ways
def test_a_commit_killed_at_any_step_leaves_all_old_or_all_new(tmp_path: Path, scenario: Scenario, also: Step) -> None:
    old, new = scenario.trees(tmp_path)
    ends: list[str] = []
    while crashed(scenario, tmp_path / "run", len(ends) + 1, also):
        found = recovered(tmp_path / "run")
        assert found in (old, new), f"step {len(ends) + 1}"
        ends.append("old" if found == old else "new")
    assert tree(tmp_path / "run") == new
    assert ends == sorted(ends, reverse=True), "there is one commit point: old before it, new after it"
    assert {"old", "new"} == set(ends)
    covered("killed commit", scenario.name, len(ends))


@each_scenario_both_ways
def test_a_recovery_killed_at_any_step_can_be_run_again(tmp_path: Path, scenario: Scenario, also: Step) -> None:
    old, new = scenario.trees(tmp_path)
    points, root = 0, tmp_path / "run"
    # Of the steps where the commit dies, some: each of them has up to a hundred of its own.
    for number in range(7 if also is busy else 1, 10_000, 41):
        if not crashed(scenario, root, number, also):
            break
        clone(root, tmp_path / "crash")  # it is believed in the folder where it happened alone
        second = 0
        while clone(tmp_path / "crash", root) and dies_at(second + 1, lambda: recovery.recover(root / "project"), also):
            second += 1
            assert recovered(root) in (old, new), (number, second)
        assert tree(root) in (old, new)
        points += second
    assert points > 50
    covered("killed recovery", scenario.name, points)


def test_a_project_that_is_moved_after_the_crash_is_recovered_when_it_is_back(tmp_path: Path) -> None:
    old, _ = ENABLE.trees(tmp_path)
    assert crashed(ENABLE, tmp_path / "run", last_death(ENABLE, tmp_path) - 20)
    assert tree(tmp_path / "run") != old
    (tmp_path / "run").rename(tmp_path / "elsewhere")
    before = without_lock(tree(tmp_path / "elsewhere"))
    assert recovery.recover(tmp_path / "elsewhere" / "project") is False
    assert tree(tmp_path / "elsewhere") == before, "nobody can tell it from what a clone brings along"
    with pytest.raises(DevpoolError) as error:
        unverified.refuse_half_changed(tmp_path / "elsewhere" / "project")
    assert error.value.code == "half-changed"
    assert "these files changed: docker-compose.yml" in error.value.message
    (tmp_path / "elsewhere").rename(tmp_path / "run")
    assert recovered(tmp_path / "run") == old


def last_death(scenario: Scenario, tmp_path: Path, until: str = "/journal/intent") -> int:
    """The number of the step that removes the intent, which is the last before which all is undone."""
    seen: list[tuple[str, str]] = []
    scenario.build(tmp_path / "count")
    with stepping(lambda name, path: seen.append((name, path))):
        commit(scenario, tmp_path / "count")
    shutil.rmtree(tmp_path / "count")
    return 1 + max(i for i, (name, path) in enumerate(seen) if name == "unlink" and path.endswith(until))


# --- failing ----------------------------------------------------------------------------------------------


def fails(code: int) -> Callable[[], None]:
    def fail() -> None:
        raise OSError(code, os.strerror(code))

    return fail


def interrupts() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("act", "raised"),
    [(fails(errno.ENOSPC), "disk-full"), (fails(errno.EACCES), "not-writable"), (interrupts, "")],
    ids=["disk-full", "not-writable", "interrupted"],
)
@pytest.mark.parametrize("scenario", [ENABLE, SCENARIOS[2]], ids=lambda s: s.name)
def test_a_commit_that_fails_at_any_step_is_undone_at_once(
    tmp_path: Path, scenario: Scenario, act: Callable[[], None], raised: str
) -> None:
    old, _ = scenario.trees(tmp_path)
    root = tmp_path / "run"
    for number in range(1, last_death(scenario, tmp_path) + 1):
        shutil.rmtree(root, ignore_errors=True)
        scenario.build(root)
        with pytest.raises((DevpoolError, KeyboardInterrupt)) as error, stepping(at(number, act)):
            commit(scenario, root)
        assert getattr(error.value, "code", "") == raised
        found = tree(root)
        assert found == old or recovered(root) == old, number
        if raised:
            assert found == old, (number, set(found) ^ set(old))
    covered("failing commit", scenario.name, number)


@each_scenario
def test_a_failure_after_the_commit_point_does_not_fail_the_change(tmp_path: Path, scenario: Scenario) -> None:
    _, new = scenario.trees(tmp_path)
    root = tmp_path / "run"
    first = last_death(scenario, tmp_path) + 1
    for number in range(first, first + 30):
        shutil.rmtree(root, ignore_errors=True)
        scenario.build(root)
        with stepping(at(number, fails(errno.EIO), again=True)):
            commit(scenario, root)
        assert recovered(root) == new


@each_scenario
def test_a_disk_that_stays_full_is_undone_by_a_later_command(tmp_path: Path, scenario: Scenario) -> None:
    old, _ = scenario.trees(tmp_path)
    root = tmp_path / "run"
    codes: set[str] = set()

    def full_from(number: int) -> Step:
        count = 0

        def step(name: str, path: str) -> None:
            nonlocal count
            count += 1
            if count >= number and name in ("create", "write", "mkdir"):
                raise OSError(errno.ENOSPC, "No space left on device")

        return step

    for number in range(1, last_death(scenario, tmp_path), 3):
        shutil.rmtree(root, ignore_errors=True)
        scenario.build(root)
        with stepping(full_from(number)):
            try:
                commit(scenario, root)
            except DevpoolError as error:
                codes.add(error.code)
                assert error.hint
            else:
                continue  # nothing was left to write
        assert recovered(root) == old, number
    assert codes == {"disk-full", "not-undone"}


# --- the user is at work too ------------------------------------------------------------------------------


def test_an_editor_that_saves_during_the_commit_loses_nothing(tmp_path: Path) -> None:
    old, _ = ENABLE.trees(tmp_path)
    root = tmp_path / "run"
    ENABLE.build(root)
    edited = root / "project" / ".env"

    def save(name: str, path: str) -> None:
        if name == "mode" and path.endswith(".devpool-" + path[-16:]) and Path(path).parent == edited.parent:
            edited.write_bytes(b"PGHOST=mine\n")

    with pytest.raises(DevpoolError) as error, stepping(save):
        commit(ENABLE, root)
    assert error.value.code == "changed-meanwhile"
    found = tree(root)
    assert found.pop("project/docker-compose.yml")[2] in (COMPOSE,)
    assert found.pop("project/.env")[2] == b"PGHOST=mine\n"
    assert all(old[name] == value for name, value in found.items()), "all else is as before, no journal"


def test_what_was_edited_after_the_crash_is_not_overwritten(tmp_path: Path) -> None:
    root = tmp_path / "run"
    assert crashed(ENABLE, root, last_death(ENABLE, tmp_path))
    (root / "project" / ".env").write_bytes(b"PGHOST=mine\n")
    before = without_lock(tree(root))
    for _ in range(2):
        with pytest.raises(DevpoolError) as error:
            recovery.recover(root / "project")
        assert error.value.code == "changed-meanwhile"
        assert error.value.where == str(root / "project" / ".env")
        assert without_lock(tree(root)) == before, "not even the other files are put back"
    with pytest.raises(DevpoolError, match="cannot be undone"):
        commit(ENABLE, root)
    assert without_lock(tree(root)) == before


def test_both_ways_out_that_the_refusal_names_work(tmp_path: Path) -> None:
    old, _ = ENABLE.trees(tmp_path)
    root = tmp_path / "run"
    assert crashed(ENABLE, root, last_death(ENABLE, tmp_path))
    (root / "project" / ".env").write_bytes(b"PGHOST=mine\n")
    kept = clone(root, tmp_path / "kept")
    shutil.rmtree(root / "project" / ".devpool" / "journal")
    assert recovery.recover(root / "project") is False
    assert (root / "project" / ".env").read_bytes() == b"PGHOST=mine\n"

    clone(kept, root)
    (copy,) = (root / "project" / ".devpool" / "journal").glob("*-.env")
    (root / "project" / ".env").write_bytes(copy.read_bytes())
    assert recovery.recover(root / "project") is True
    assert tree(root) == old


# --- a damaged journal ------------------------------------------------------------------------------------


def test_a_damaged_intent_is_not_believed_in_any_part(tmp_path: Path) -> None:
    root = tmp_path / "run"
    assert crashed(ENABLE, root, last_death(ENABLE, tmp_path))
    intent = root / "project" / ".devpool" / "journal" / "intent"
    whole = intent.read_bytes()
    chance = random.Random(1)
    flipped = [whole[:i] + bytes([byte ^ 1 << chance.randrange(8)]) + whole[i + 1 :] for i, byte in enumerate(whole)]
    cut = [whole[:length] for length in range(0, len(whole), 5)]
    before = without_lock(tree(root))
    for data in [*flipped, *cut]:
        intent.write_bytes(data)
        assert recovery.recover(root / "project") is False
        (warning,) = unverified.warnings(root / "project")
        assert (warning.code, warning.where) == ("journal-not-verified", str(intent.parent))
    intent.write_bytes(whole)
    assert without_lock(tree(root)) == before, "no change was undone in between"
    assert recovery.recover(root / "project") is True
    covered("damaged intent", "enable", len(flipped) + len(cut))


def test_a_damaged_copy_is_not_put_back(tmp_path: Path) -> None:
    root = tmp_path / "run"
    assert crashed(ENABLE, root, last_death(ENABLE, tmp_path))
    (copy,) = (root / "project" / ".devpool" / "journal").glob("*-.env")
    copy.write_bytes(copy.read_bytes()[:-1])
    before = without_lock(tree(root))
    with pytest.raises(DevpoolError) as error:
        recovery.recover(root / "project")
    assert error.value.code == "journal-damaged"
    assert without_lock(tree(root)) == before


def test_the_journal_of_another_version_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "run"
    monkeypatch.setattr(intent, "_VERSION", 2)
    assert crashed(ENABLE, root, last_death(ENABLE, tmp_path))
    monkeypatch.setattr(intent, "_VERSION", 1)
    before = without_lock(tree(root))
    with pytest.raises(DevpoolError) as error:
        recovery.recover(root / "project")
    assert error.value.code == "journal-unknown"
    assert without_lock(tree(root)) == before


def test_the_journal_is_for_its_owner_only_and_not_for_git(tmp_path: Path) -> None:
    root = tmp_path / "run"
    assert crashed(ENABLE, root, last_death(ENABLE, tmp_path))
    found = {n: v for n, v in tree(root).items() if n.startswith("project/.devpool/journal")}
    assert {v[1] for v in found.values()} == {0o700, 0o600}
    assert found["project/.devpool/journal/.gitignore"][2] == b"*\n"


# --- power loss -------------------------------------------------------------------------------------------


Names = dict[str, dict[str, int]]


class Disk:
    """What a disk may hold after a power loss: what was flushed, and of the rest any part.

    A file's bytes are sure once it was flushed, a folder's names once the folder was. Each inode is kept
    open, so that its number is not used twice.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.open: dict[int, int] = {}
        self.folders: set[int] = set()
        self.links: dict[int, str] = {}
        self.losses: list[tuple[dict[int, bytes], Names, dict[int, bytes], Names]] = []
        self.sure, self.sure_names = self.live()

    def live(self) -> tuple[dict[int, bytes], Names]:
        names: Names = {}
        for folder, folders, plain in os.walk(self.root):
            names[folder] = {name: self.number(os.path.join(folder, name)) for name in folders + plain}
        return {n: os.pread(fd, 1 << 20, 0) for n, fd in self.open.items() if n not in self.folders}, names

    def number(self, path: str) -> int:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            self.links[status.st_ino] = os.readlink(path)
        elif status.st_ino not in self.open:
            self.open[status.st_ino] = os.open(path, os.O_RDONLY)
            if stat.S_ISDIR(status.st_mode):
                self.folders.add(status.st_ino)
        return status.st_ino

    def step(self, name: str, path: str) -> None:
        data, names = self.live()
        self.losses.append((dict(self.sure), dict(self.sure_names), data, names))
        if name == "sync" and path in names:
            self.sure_names[path] = names[path]
        elif name == "sync":
            self.sure[os.stat(path).st_ino] = data[os.stat(path).st_ino]

    def restore(self, loss: int, chance: random.Random, to: Path) -> None:
        """Write one of the trees that may be there after a power loss right before this step."""
        sure, sure_names, data, names = self.losses[loss]

        def build(folder: str, to: Path) -> None:
            to.mkdir()
            new, old = names.get(folder, {}), sure_names.get(folder, {})
            for name in sorted({*new, *old}):
                number = chance.choice((new, old)).get(name)
                if number in self.folders:
                    build(os.path.join(folder, name), to / name)
                elif number in self.links:
                    (to / name).symlink_to(self.links[number])
                elif number is not None:
                    part = chance.randrange(len(data[number]) + 1)
                    (to / name).write_bytes(data[number][:part] + sure.get(number, b"")[part:])

        build(str(self.root), to)

    def close(self) -> None:
        for fd in self.open.values():
            os.close(fd)


def plain(found: Tree) -> dict[str, bytes]:
    return {name: data for name, (kind, _, data) in found.items() if kind != "d"}


def after_losses(tmp_path: Path, work: Callable[[], object], also: Step) -> Iterator[dict[str, bytes]]:
    """What recovery makes of the trees that a power loss at any step of this work in `run` may leave there."""
    disk = Disk(tmp_path / "run")

    def step(name: str, path: str) -> None:
        disk.step(name, path)
        also(name, path)

    with stepping(step):
        work()
    disk.step("", "")
    chance = random.Random(2)
    for loss in [n for n in range(len(disk.losses)) for _ in range(3)]:
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        disk.restore(loss, chance, tmp_path / "run")
        recovery.recover(tmp_path / "run" / "project")
        yield plain(tree(tmp_path / "run"))
    disk.close()


@each_power_loss
def test_a_power_loss_at_any_step_leaves_all_old_or_all_new(tmp_path: Path, scenario: Scenario, also: Step) -> None:
    old, new = map(plain, scenario.trees(tmp_path))
    scenario.build(tmp_path / "run")
    found = list(after_losses(tmp_path, lambda: commit(scenario, tmp_path / "run"), also))
    assert all(one in (old, new) for one in found)
    assert found[0] == old and found[-1] == new
    covered("power loss in a commit", scenario.name, len(found))


@each_power_loss
def test_a_power_loss_during_recovery_leaves_all_old(tmp_path: Path, scenario: Scenario, also: Step) -> None:
    old, _ = scenario.trees(tmp_path)
    assert crashed(scenario, tmp_path / "run", last_death(scenario, tmp_path))
    found = list(after_losses(tmp_path, lambda: recovery.recover(tmp_path / "run" / "project"), also))
    assert all(one == plain(old) for one in found)
    covered("power loss in a recovery", scenario.name, len(found))


# --- the lock ---------------------------------------------------------------------------------------------


def test_two_processes_are_never_inside_at_once(tmp_path: Path) -> None:
    rounds, workers = 60, 4
    counter = tmp_path / "counter"
    counter.write_text("0")

    def work() -> None:
        for _ in range(rounds):
            with lock.locked(tmp_path, wait=30):
                value = int(counter.read_text())
                time.sleep(0.0002)
                counter.write_text(str(value + 1))

    children = [start(work) for _ in range(workers)]
    assert [end(c) for c in children] == [0] * workers
    assert counter.read_text() == str(rounds * workers)
    assert not (tmp_path / ".devpool").exists()


def test_two_commits_at_once_one_of_them_wins(tmp_path: Path) -> None:
    _, new = ENABLE.trees(tmp_path)
    for number in range(8):
        root = tmp_path / f"run{number}"
        ENABLE.build(root)

        def work(root: Path = root) -> None:
            try:
                recovery.recover(root / "project")
                commit(ENABLE, root)
            except DevpoolError as error:
                os._exit(5 if error.code == "changed-meanwhile" else 6)

        children = [start(work) for _ in range(2)]
        codes = sorted(end(c) for c in children)
        assert codes == [0, 5]
        recovery.recover(root / "project")
        assert tree(root) == new


def test_a_lock_is_refused_naming_the_process_that_holds_it(tmp_path: Path) -> None:
    read, write = os.pipe()

    def hold() -> None:
        with lock.locked(tmp_path):
            os.write(write, b"x")
            time.sleep(60)

    child = start(hold)
    os.read(read, 1)
    try:
        with pytest.raises(DevpoolError) as error, lock.locked(tmp_path, wait=0.1):
            pass
        assert error.value.code == "locked"
        assert f"process {child}" in error.value.message
    finally:
        os.kill(child, signal.SIGKILL)
        end(child)
    assert (tmp_path / ".devpool" / "lock").exists()
    with lock.locked(tmp_path, wait=0):
        pass
    assert not (tmp_path / ".devpool").exists()


def test_recovery_removes_the_lock_of_a_killed_process(tmp_path: Path) -> None:
    def hold() -> None:
        with lock.locked(tmp_path):
            die()

    assert end(start(hold)) == DIED
    assert (tmp_path / ".devpool" / "lock").exists()
    assert recovery.recover(tmp_path) is False
    assert not (tmp_path / ".devpool").exists()


@pytest.mark.parametrize("home", ["its own", "/proc"])
def test_recovery_waits_for_a_commit_that_is_alive(tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if home == "/proc":  # where no key can be kept, so that the journal is believed by nobody
        monkeypatch.setenv("XDG_STATE_HOME", home)
    _, new = ENABLE.trees(tmp_path)
    root = tmp_path / "run"
    ENABLE.build(root)
    read, write = os.pipe()

    def slow(name: str, path: str) -> None:
        if name == "replace" and path.endswith("docker-compose.yml"):
            os.write(write, b"x")
            time.sleep(0.3)

    def work() -> None:
        with stepping(slow):
            commit(ENABLE, root)

    child = start(work)
    os.read(read, 1)
    assert recovery.recover(root / "project") is False
    assert end(child) == 0
    assert tree(root) == new


def test_a_lock_on_a_file_that_was_removed_meanwhile_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_flock = fcntl.flock
    stolen = []

    def flock(fd: int, operation: int) -> None:
        if not stolen:  # between our open and our lock the last holder tidies up
            stolen.append(fd)
            (tmp_path / ".devpool" / "lock").unlink()
        real_flock(fd, operation)

    monkeypatch.setattr(lock.fcntl, "flock", flock)
    with lock.locked(tmp_path):
        assert (tmp_path / ".devpool" / "lock").read_text() == f"{os.getpid()}\n"
    assert stolen


def test_enabling_and_disabling_is_the_identity(tmp_path: Path) -> None:
    old, new = ENABLE.trees(tmp_path)
    ENABLE.build(tmp_path / "run")
    commit(ENABLE, tmp_path / "run")
    assert tree(tmp_path / "run") == new
    commit(Scenario("disable", ALL, NONE), tmp_path / "run")
    assert tree(tmp_path / "run") == old
