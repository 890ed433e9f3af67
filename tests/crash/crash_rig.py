"""A project folder, a process that dies in it, and what is left: the tools of the crash tests."""

from __future__ import annotations

import os
import shutil
import stat
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from counting import count

from devpool.commit import disk
from devpool.commit.write_user_files import FileChange

DIED = 99
Tree = dict[str, tuple[str, int, bytes]]
Step = Callable[[str, str], None]

COMPOSE = b"services:\r\n  web:\r\n    environment:\r\n      DATABASE_URL: postgres://a:b@db:5432/x\r\n"
POOLED = COMPOSE.replace(b"@db:5432", b"@pgbouncer:6432") + b"  pgbouncer:\r\n    build: .devpool/pgbouncer"
ENV = b"\xef\xbb\xbfPGHOST=dbhost\nPGPORT=5432\n# no final newline"
ENV_POOLED = ENV.replace(b"dbhost", b"pooler")  # as long as before: only the bytes tell
SHARED = b"x-shared: &a\n\tPGHOST: db\n" * 9
SHARED_POOLED = b"x-shared: &a\n"  # shorter

# What holds which bytes with the pooler and without; None: no file.
FILES: dict[str, tuple[bytes | None, bytes | None, int]] = {
    "project/docker-compose.yml": (COMPOSE, POOLED, 0o644),
    "project/.env": (ENV, ENV_POOLED, 0o640),
    "project/override.yml": (SHARED, SHARED_POOLED, 0o755),
    "project/.devpool/.gitignore": (None, b"journal\n", 0o644),
    "project/.devpool/env/web.env": (None, b"PGPASSWORD=secret\n", 0o600),
    "project/.devpool/pgbouncer/conf/pgbouncer.ini": (None, b"", 0o644),
    "project/.devpool/state.json": (None, b'{"version": 1}\n', 0o644),
}


@dataclass(frozen=True)
class Scenario:
    """One commit: enable adds the files, disable removes them, swap changes all of one and half of the other."""

    name: str
    pooled_before: frozenset[str]
    pooled_after: frozenset[str]

    def build(self, root: Path) -> Path:
        """Write the tree as it is before; the project's folder."""
        (root / "shared").mkdir(parents=True)
        (root / "project" / "empty folder").mkdir(parents=True)
        (root / "project" / "override.yml").symlink_to("../shared/override.yml")
        (root / "project" / "untouched.yml").write_bytes(b"a: 1\r\n")
        for name in FILES:
            data, mode = self._bytes(name, self.pooled_before), FILES[name][2]
            if data is not None:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(data)
                (root / name).chmod(mode)
        return root / "project"

    def changes(self, root: Path) -> list[FileChange]:
        return [
            FileChange(
                path=str(root / name),
                before=self._bytes(name, self.pooled_before),
                after=self._bytes(name, self.pooled_after),
                mode=FILES[name][2],
            )
            for name in FILES
        ]

    @staticmethod
    def _bytes(name: str, pooled: frozenset[str]) -> bytes | None:
        return FILES[name][name in pooled]

    def trees(self, root: Path) -> tuple[Tree, Tree]:
        """The tree before, and after; written without any code of devpool."""
        self.build(root / "before")
        Scenario("", self.pooled_after, self.pooled_after).build(root / "after")
        return tree(root / "before"), tree(root / "after")


NONE: frozenset[str] = frozenset()
ALL = frozenset(FILES)
HALF = frozenset({"project/.env", "project/.devpool/env/web.env", "project/.devpool/state.json"})
SCENARIOS = [
    Scenario("enable", NONE, ALL),
    Scenario("disable", ALL, NONE),
    Scenario("swap", HALF, ALL - HALF),
]


def tree(root: Path) -> Tree:
    """Every folder, file and link below a folder, with mode and bytes."""
    found: Tree = {}
    for folder, folders, names in os.walk(root):
        for name in folders + names:
            path = Path(folder, name)
            status = path.lstat()
            kind = stat.filemode(status.st_mode)[0]
            data = os.readlink(path).encode() if kind == "l" else path.read_bytes() if kind == "-" else b""
            found[str(path.relative_to(root))] = (kind, stat.S_IMODE(status.st_mode), data)
    return found


def without_lock(found: Tree) -> Tree:
    """The tree but for the lock file, which the next command removes even if it has to refuse."""
    return {name: value for name, value in found.items() if name != "project/.devpool/lock"}


def clone(root: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(root, to, symlinks=True)
    return to


@contextmanager
def stepping(step: Step, chunk: int = 40) -> Iterator[None]:
    """Call this before every effect on the disk, files being written in small pieces."""
    kept = disk.step, disk.CHUNK
    disk.step, disk.CHUNK = step, chunk
    try:
        yield
    finally:
        disk.step, disk.CHUNK = kept


def at(number: int, act: Callable[[], None], also: Step = disk.step, again: bool = False) -> Step:
    """A step function that acts at the step of this number, counted from 1, and `again` at all later ones."""
    count = 0

    def step(name: str, path: str) -> None:
        nonlocal count
        count += 1
        if count == number or (again and count > number):
            act()
        also(name, path)

    return step


def die() -> None:
    os._exit(DIED)


def start(work: Callable[[], object]) -> int:
    """Run this in a process of its own, whose number is returned."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return child


def end(child: int) -> int:
    """Wait for a process; its exit code: 0, DIED, 1 after an exception, less than 0 for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def covered(what: str, scenario: str, points: int) -> None:
    """Say how many points a test has counted through."""
    count(f"{what}, {scenario}: {points} points")


def dies_at(number: int, work: Callable[[], object], also: Step = disk.step) -> bool:
    """Whether a child that does this work dies at that step; if not, it came to its end."""

    def run() -> None:
        with stepping(at(number, die, also)):
            work()

    code = end(start(run))
    assert code in (0, DIED), code
    return code == DIED
