"""enable, disable and set on disks that are full, read-only, or mounted file by file. Real ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from command_rig import DISABLE, Case, Cases, Held, Outcome, command, enable_words, no_step, outcome, recovered
from crash_rig import DIED, Step, at, clone, covered, die, tree
from mounts import bind, cover_read_only, mount_memory, remount, unmount, with_own_mounts
from projects import ONE_FILE, SEVERAL_FILES, TWO_POOLERS, Project

from devpool.commit.disk import CHUNK
from devpool.errors import DevpoolError

PAGE = 4096


# --- full -------------------------------------------------------------------------------------------------


def leaving_pages(disk: Path, left: int) -> Iterator[Path]:
    """Fill a disk but for so many pages."""
    status = os.statvfs(disk)
    (disk / "filler").write_bytes(bytes(status.f_bavail * status.f_frsize - left * PAGE))
    yield disk / "filler"


def leaving_names(disk: Path, left: int) -> Iterator[Path]:
    """Use up a disk's inodes but for so many."""
    for number in range(os.statvfs(disk).f_favail - left):
        (disk / f"filler{number}").touch()
        yield disk / f"filler{number}"


@pytest.mark.parametrize("fill", [leaving_pages, leaving_names], ids=["no space", "no inodes"])
@pytest.mark.parametrize("verb", ["enable", "set", "disable"])
def test_a_full_disk_is_refused_by_name_and_nothing_is_changed(
    cases: Cases, root: Path, verb: str, fill: Callable[[Path, int], Iterator[Path]]
) -> None:
    case = cases(TWO_POOLERS, verb)
    disk = root.parent  # the same path as everywhere: what devpool signs is for it alone

    def work() -> None:
        mount_memory(disk, f"size={1 << 20},nr_inodes=200")
        points = 0
        clone(case.before, disk / "run")
        with Held(command(disk / "run", case.words), no_step, CHUNK) as held:
            while True:
                clone(case.before, disk / "run")
                fillers = list(fill(disk, points))
                found = held.run(1)
                if found == Outcome(0):
                    break
                assert found == Outcome(1, "disk-full"), points
                assert tree(disk / "run") == case.old, points
                for filler in fillers:
                    filler.unlink()
                if points % 8 == 0:
                    assert outcome(command(disk / "run", case.words)) == Outcome(0), "there is room again"
                    assert tree(disk / "run") == case.new
                points += 1
        assert tree(disk / "run") == case.new
        assert points > 3
        covered(f"full disk, {fill.__name__}", verb, points)

    with_own_mounts(work)


@pytest.mark.parametrize("verb", ["enable", "set", "disable"])
def test_what_was_killed_and_has_no_room_left_is_undone_now_or_when_there_is_room(
    cases: Cases, root: Path, verb: str
) -> None:
    case = cases(TWO_POOLERS, verb)
    disk = root.parent  # the same path as everywhere: what devpool signs is for it alone

    def dying(number: int) -> Step:
        return at(number, die)

    def work() -> None:
        mount_memory(disk, f"size={1 << 20}")
        points = 0
        clone(case.before, disk / "run")
        with Held(command(disk / "run", case.words), dying, CHUNK) as held:
            while held.run(1 + 9 * points).exit == DIED:
                fillers = list(leaving_pages(disk, 0))
                with pytest.raises(OSError, match="space"):
                    (disk / "more").write_bytes(b"x")
                try:
                    recovered(disk / "run")
                except DevpoolError as error:
                    # Somebody else has taken the room of what was removed or replaced.
                    assert error.code == "disk-full"
                for filler in [*fillers, disk / "more"]:
                    filler.unlink()
                assert recovered(disk / "run") in (case.old, case.new), points
                clone(case.before, disk / "run")
                points += 1
        assert tree(disk / "run") == case.new
        assert points > 3
        covered("killed, and the disk full to the last page", verb, points)

    with_own_mounts(work)


# --- read-only --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["enable", "set", "disable"])
def test_a_disk_that_becomes_read_only_is_refused_by_name_and_undone_later(cases: Cases, root: Path, verb: str) -> None:
    case = cases(SEVERAL_FILES, verb)

    def covering(number: int) -> Step:
        return at(number, lambda: cover_read_only(root.parent))

    def work() -> None:
        case.again(root)
        refused, number = 0, 1
        with Held(command(root, case.words), covering) as held:
            while True:
                found = held.run(number)
                if found != Outcome(0):
                    assert found in (Outcome(1, "not-writable"), Outcome(1, "not-undone")), number
                    assert outcome(command(root, case.words)).error == "not-writable", "it still is read-only"
                    unmount(root.parent)
                    assert recovered(root) == case.old, number
                    refused += 1
                elif is_read_only(root.parent):
                    unmount(root.parent)
                    assert recovered(root) == case.new, number
                else:
                    break
                number += 1 if verb == "set" else 6
                case.again(root)
        assert tree(root) == case.new
        assert refused > 20
        covered("read-only from a step on", verb, refused)

    with_own_mounts(work)


def is_read_only(folder: Path) -> bool:
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


@pytest.mark.parametrize("verb", ["enable", "set", "disable"])
def test_a_read_only_disk_is_refused_by_name(cases: Cases, root: Path, verb: str) -> None:
    case = cases(SEVERAL_FILES, verb)
    disk = root.parent  # the same path as everywhere: what devpool signs is for it alone

    def work() -> None:
        mount_memory(disk, f"size={1 << 20}")
        clone(case.before, disk / "run")
        remount(disk, read_only=True)
        assert outcome(command(disk / "run", case.words)) == Outcome(1, "not-writable")
        assert tree(disk / "run") == case.old
        remount(disk, read_only=False)
        assert outcome(command(disk / "run", case.words)) == Outcome(0)
        assert tree(disk / "run") == case.new

    with_own_mounts(work)


# --- mounted file by file ---------------------------------------------------------------------------------


def mounted(case: Case, root: Path, name: str) -> Path:
    """The project as before the command, one of its files mounted from elsewhere; that other file."""
    file, source = root / "project" / name, root.parent / "mounted"
    with suppress(OSError):
        unmount(file)  # that of the last time
    case.again(root)
    source.write_bytes(file.read_bytes())
    source.chmod(file.stat().st_mode)
    bind(source, file)
    return source


MOUNTED = [(ONE_FILE, "docker-compose.yml"), (ONE_FILE, ".env"), (SEVERAL_FILES, "compose.override.yml")]


@pytest.mark.parametrize(("project", "name"), MOUNTED, ids=lambda value: getattr(value, "name", value))
def test_a_file_that_is_mounted_by_itself_is_written_in_place(
    cases: Cases, root: Path, project: Project, name: str
) -> None:
    enable, disable = cases(project, "enable"), cases(project, "disable")

    def work() -> None:
        source = mounted(enable, root, name)
        inode = source.stat().st_ino
        assert outcome(command(root, enable_words(project))) == Outcome(0)
        assert tree(root) == enable.new
        assert outcome(command(root, DISABLE)) == Outcome(0)
        assert tree(root) == disable.new == enable.old
        assert (source.stat().st_ino, source.read_bytes()) == (inode, enable.old[f"project/{name}"][2])

    with_own_mounts(work)


def writing(target: str, number: int) -> Step:
    """Die at one of the steps that write into the mounted file itself."""
    step = at(number, die)

    def only(name: str, path: str) -> None:
        if path == target and name in ("write", "truncate", "sync"):
            step(name, path)

    return only


@pytest.mark.parametrize("verb", ["enable", "disable"])
@pytest.mark.parametrize(("project", "name"), MOUNTED, ids=lambda value: getattr(value, "name", value))
def test_a_kill_in_the_middle_of_writing_in_place_is_repaired(
    cases: Cases, root: Path, project: Project, name: str, verb: str
) -> None:
    case = cases(project, verb)
    target = f"{root}/project/{name}"

    def work() -> None:
        mixtures = points = 0
        source = mounted(case, root, name)
        with Held(command(root, case.words), lambda number: writing(target, number), 16) as held:
            while (last := held.run(points + 1)).exit == DIED:
                points += 1
                cut = source.read_bytes()
                mixtures += cut not in (case.old[f"project/{name}"][2], case.new[f"project/{name}"][2])
                assert recovered(root) == case.old, points
                source = mounted(case, root, name)
        assert (last, tree(root)) == (Outcome(0), case.new)
        assert mixtures > 0
        covered(f"killed writing in place, {mixtures} mixtures", f"{verb} {name}", points)

    with_own_mounts(work)


def test_the_control_a_mounted_file_cannot_be_replaced(cases: Cases, root: Path) -> None:
    def work() -> None:
        mounted(cases(ONE_FILE, "enable"), root, ".env")
        (root / "other").write_bytes(b"")
        with pytest.raises(OSError, match="busy"):
            (root / "other").rename(root / "project/.env")

    with_own_mounts(work)
