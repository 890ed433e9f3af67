"""Lays a case out on the disk, runs the real commands on it in this process, and judges what they did."""

from __future__ import annotations

import io
import os
import shutil
import signal
import stat
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from fuzz.cases import MARKER, Case

from devpool.cli import run
from devpool.errors import DevpoolError
from devpool.output import Output

LIMIT = 2.0
"""Seconds of a processor that a command may take: a hundred times what it takes, so that only a runaway passes it."""

Tree = dict[str, tuple[int, bytes | str]]
_MODES = {"unreadable": 0o000, "read-only": 0o444}


class TooSlow(BaseException):
    """A command went on beyond the limit. No `Exception`, so that devpool does not take it for a bug of its own."""


class Recorder(Output):
    """Prints as devpool does, and keeps the error that ended the command."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__(as_json=as_json)
        self.ended: DevpoolError | None = None
        self.trace = ""

    def error(self, error: DevpoolError) -> None:
        self.ended = error
        self.trace = _last_lines()
        super().error(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command did: exit code, its words on both streams, and the error it ended with."""

    code: int
    words: str
    error: DevpoolError | None
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a case: `enabled` or the code of the refusal, seconds, and the laws that it broke."""

    result: str
    seconds: float
    faults: list[str]


def judge(case: Case, folder: Path) -> Verdict:
    """Enable, and disable where that succeeded; the folder is new for each case."""
    _lay_out(case, folder)
    os.chdir(folder)
    before = tree(folder)
    started = time.perf_counter()
    try:
        with limited():
            ran = run_words("enable", "--no-verify", "--no-up", *case.arguments)
        faults = _faults(ran, case)
        if ran.code == 0:
            with limited():
                back = run_words("disable", "--no-up", *_selection(case))
            faults += [f"disable: {fault}" for fault in _faults(back, case)]
            faults += [f"disable: refused with {back.error.code}"] if back.error else []
    except TooSlow:
        return Verdict(result="slow", seconds=LIMIT, faults=[f"more than {LIMIT:.0f} s\n{_last_lines()}"])
    faults += _differences(before, tree(folder))
    result = ran.error.code if ran.error else "enabled"
    return Verdict(result=result, seconds=time.perf_counter() - started, faults=faults)


def tree(folder: Path) -> Tree:
    """Mode and content of everything below a folder; the target of a symlink."""
    found: Tree = {}
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(root, name)
            mode = os.lstat(path).st_mode
            found[os.path.relpath(path, folder)] = (mode, _content(path, mode))
    return found


def _content(path: str, mode: int) -> bytes | str:
    if stat.S_ISLNK(mode):
        return os.readlink(path)
    if not stat.S_ISREG(mode) or not os.access(path, os.R_OK):
        return ""
    return Path(path).read_bytes()


def run_words(*words: str) -> Ran:
    """Run a command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    output = Recorder(as_json="--json" in words)
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*words], output)
    return Ran(code=code, words=out.getvalue() + err.getvalue(), error=output.ended, trace=output.trace)


def _last_lines() -> str:
    """Where the exception that is being handled was raised."""
    return "".join(traceback.format_exc(limit=-4).splitlines(keepends=True)[-12:])


def _selection(case: Case) -> tuple[str, ...]:
    """The words of a case that name the project, for a command that takes no other."""
    words = case.arguments
    named = ("-f", "--env-file", "--project-directory")
    return tuple(w for n, w in enumerate(words) if w in named or (n and words[n - 1] in named))


def _faults(ran: Ran, case: Case) -> list[str]:
    """The laws of one command that do not concern the disk."""
    found = [] if ran.code in (0, 1) else [f"exit code {ran.code}: {ran.words}\n{ran.trace}"]
    error = ran.error
    if (error is None) != (ran.code == 0):
        found.append(f"exit code {ran.code}, and the error is {error!r}")
    if error and not (error.code and error.message and error.hint):
        found.append(f"an error without code, message or hint: {error.code}, {error.message}, {error.hint}")
    if MARKER in ran.words and case.is_secret:
        found.append(f"a password is shown: {ran.words}")
    if "Traceback" in ran.words:
        found.append(f"a traceback is shown: {ran.words}")
    return found


def _differences(before: Tree, after: Tree) -> list[str]:
    names = sorted(name for name in before | after if before.get(name) != after.get(name))
    return [f"not as before: {', '.join(names)}"] if names else []


@contextmanager
def limited() -> Iterator[None]:
    """Raise `TooSlow` where a command goes on for too long, or waits for what will never come."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    limits = (
        (signal.SIGPROF, signal.ITIMER_PROF, LIMIT),
        (signal.SIGALRM, signal.ITIMER_REAL, LIMIT * 10),  # for one that waits, on a machine that is busy
    )
    previous = [signal.signal(number, stop) for number, _, _ in limits]
    for _, timer, seconds in limits:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(limits, previous, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def _lay_out(case: Case, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path, data, case.odd.get(name, "plain"))


def _make(path: Path, data: bytes, kind: str) -> None:
    """What a name is on the disk."""
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind in ("dangling", "loop", "endless"):
        path.symlink_to({"dangling": "nowhere", "loop": path.name, "endless": "/dev/zero"}[kind])
    elif kind != "gone":
        target = path.with_name(f"{path.name}.real") if kind == "link" else path
        target.write_bytes(data)
        target.chmod(_MODES.get(kind, 0o640))
        if kind == "link":
            path.symlink_to(target.name)
