"""Real commands in real projects, which die, fail or are killed: the tools of the crash tests of commands."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from crash_rig import Step, Tree, clone, end, stepping, tree
from projects import Project

from devpool.cli import run
from devpool.commit.recovery import recover
from devpool.errors import DevpoolError
from devpool.output import Output

for _verb in ("enable", "disable", "set", "status"):
    import_module(f"devpool.commands.{_verb}")  # once, and not in each process
import_module("hmac")  # which devpool loads late, when it may be a user who cannot look into Python's own folder

CHUNK = 4000
"""Small enough that the largest files are written in several steps."""

SEED = int(os.environ.get("DEVPOOL_CRASH_SEED") or int.from_bytes(os.urandom(4), "big"))
"""Of what is left to chance; printed, and to be given again."""

_QUIET = ("--no-up", "--no-verify")
SET = ("set", "default_pool_size=40", *_QUIET)
DISABLE = ("disable", "--no-up")


@dataclass(frozen=True)
class Case:
    """A command in a project: the folder as it is before, and the trees before and after."""

    words: tuple[str, ...]
    before: Path
    old: Tree
    new: Tree

    def again(self, root: Path) -> Path:
        """The project once more as it is before the command; its root."""
        return clone(self.before, root)


Cases = Callable[[Project, str], Case]
"""The fixture `cases`: the case of a project and a verb."""


def enable_words(project: Project) -> tuple[str, ...]:
    """The command line that enables a project."""
    return ("enable", *_QUIET, *project.enable)


def case(project: Project, verb: str, folder: Path, root: Path) -> Case:
    """Make the folder before a command, and the trees before and after it; enable's `old` uses no devpool.

    All of it is done at `root`, where the tests go on: what devpool signs is for that path alone.
    """
    remove(root)
    project.build(root)
    words = {"enable": enable_words(project), "set": SET, "disable": DISABLE}[verb]
    plain = tree(root)
    if verb != "enable":
        assert outcome(command(root, enable_words(project))) == Outcome(0)
    before, old = clone(root, folder), tree(root)
    assert outcome(command(root, words)) == Outcome(0)
    new = tree(root)
    remove(root)
    assert old != new
    assert verb != "disable" or new == plain
    return Case(words, before, old, new)


@dataclass(frozen=True)
class Outcome:
    """How a process ended: its exit code (less than 0: the signal), and the code of the error that it named."""

    exit: int
    error: str = ""


class _Codes(Output):
    """Keeps an error's code, and of a bug the traceback; says nothing."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.code = ""

    def error(self, error: DevpoolError) -> None:
        self.code = error.code if sys.exc_info()[1] is error else f"{error.code}\n{traceback.format_exc()}"


def command(root: Path, words: tuple[str, ...]) -> Callable[[], Outcome]:
    """A devpool command in the project below a root, to be run in a process of its own."""

    def work() -> Outcome:
        os.chdir(root / "project")
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - the process is ours
        told = _Codes()
        code = run(["--quiet", *words], told)
        return Outcome(code, told.code)

    return work


def recovery(root: Path) -> Callable[[], Outcome]:
    """What every command does first."""

    def work() -> Outcome:
        try:
            recover(root / "project")
        except DevpoolError as error:
            return Outcome(1, error.code)
        return Outcome(0)

    return work


class Held:
    """Work that stands before its first effect on the disk, and goes on from there as often as it is asked to.

    Each time it does so in a process of its own, forked there: what comes before, which is reading and deciding, is
    the same each time and takes most of the time. That it has no effect on the disk is what `step` is for.

    Args:
        work: to be done.
        steps: the step function for the number that is asked for.
    """

    def __init__(self, work: Callable[[], Outcome], steps: Callable[[int], Step], chunk: int = CHUNK) -> None:
        asked, self._ask = os.pipe()
        told, tell = os.pipe()
        self._told = os.fdopen(told, encoding="utf-8")
        self._heard: dict[str, str] = {}
        self._server = os.fork()
        if self._server == 0:
            os.close(self._ask)  # so that the end of the test is seen
            _serve(work, steps, chunk, asked, tell)
        os.close(asked)
        os.close(tell)
        self._hear("ready")  # until then it reads the project

    def __enter__(self) -> Held:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._ask)
        end(self._server)
        self._told.close()

    def begin(self, number: int) -> int:
        """Go on; the process that does."""
        os.write(self._ask, number.to_bytes(4, "big"))
        self._heard = {}
        return int(self._hear("pid"))

    def finish(self) -> Outcome:
        """How that process ended."""
        code = int(self._hear("exit"))
        return Outcome(code, self._heard.get("error", ""))

    def run(self, number: int) -> Outcome:
        """Go on to the end."""
        self.begin(number)
        return self.finish()

    def _hear(self, what: str) -> str:
        """What the server or its child says of this; the two speak in any order, but for the exit, which is last."""
        while what not in self._heard:
            more = self._told.readline()
            assert more, "the work came to its end without any effect on the disk"
            self._heard |= json.loads(more)
        return self._heard[what]


def _serve(work: Callable[[], Outcome], steps: Callable[[int], Step], chunk: int, asked: int, tell: int) -> None:
    chosen: list[Step] = []

    def say(**what: object) -> None:
        os.write(tell, json.dumps({name: str(value) for name, value in what.items()}).encode() + b"\n")

    def step(name: str, path: str) -> None:
        if not chosen:
            say(ready=True)
        while not chosen:
            number = os.read(asked, 4)
            if not number:
                os._exit(0)
            child = os.fork()
            if child == 0:
                chosen.append(steps(int.from_bytes(number, "big")))
            else:
                say(pid=child)
                say(exit=end(child))
        chosen[0](name, path)

    try:
        with stepping(step, chunk):
            found = work()
        say(error=found.error)
        os._exit(found.exit)
    except BaseException:
        say(error=traceback.format_exc())
    finally:
        os._exit(98)


def no_step(number: int) -> Step:
    """Steps at which nothing happens."""
    return lambda name, path: None


def outcome(work: Callable[[], Outcome]) -> Outcome:
    """Do this in a process of its own."""
    return finished(*begun(work))


def begun(work: Callable[[], Outcome]) -> tuple[int, int]:
    """A process that does this, and where it says with which error."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            found = work()
            os.write(tell, found.error.encode())
            os._exit(found.exit)
        except BaseException:
            os.write(tell, traceback.format_exc().encode())
        finally:
            os._exit(98)
    os.close(tell)
    return child, told


def finished(child: int, told: int) -> Outcome:
    """How that process ended."""
    with os.fdopen(told, "rb") as heard:
        error = heard.read().decode()
    return Outcome(end(child), error)


def kill(child: int) -> None:
    """SIGKILL, whether the process is still there or not; it is not waited for."""
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def recovered(root: Path) -> Tree:
    """The tree after recovery, and after a second one, which has nothing to do."""
    recover(root / "project")
    found = tree(root)
    assert recover(root / "project") is False
    assert tree(root) == found
    return found


def remove(folder: Path) -> None:
    """Remove a folder, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
