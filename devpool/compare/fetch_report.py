"""The test report of a one-off container that has ended: found, copied out of it in memory, and read."""

from __future__ import annotations

import posixpath
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import IO

from devpool.catalog.junit_reports import PYTEST, defaults_of, is_pytest, named_in
from devpool.compare.junit_report import Report, read_reports
from devpool.compare.kept_output import last_lines
from devpool.compare.logs import moment
from devpool.docker.containers import Stack
from devpool.docker.engine import RunningCommand
from devpool.docker.program import TooLateError, TooMuchError
from devpool.errors import DevpoolError

_OWN = "/tmp/devpool-junit.xml"  # noqa: S108 - in the container
_MOST = 64 << 20  # bytes of all reports of a run
_MOST_FILES = 20_000
_SECONDS = 60.0
_SLACK = 2.0  # seconds by which a file's time may be older than the run: some filesystems count whole ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A container whose command has ended: its id, its working directory, when it began and ended, in seconds since
    the epoch (0 where Docker does not tell), the command's exit code, and what it printed in the end.
    """

    id: str
    folder: str
    began: float
    ended: float
    code: int = 0
    said: str = ""


def variables_for(command: Sequence[str], given: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which a command writes a report that would write none: pytest's further options.

    Args:
        command: the words of the command.
        given: the paths that the user named; then nothing is added.
        environment: the app's own variables.
    """
    if given or not is_pytest(command) or any(named_in(command)):
        return {}
    return {PYTEST: f"{environment.get(PYTEST, '')} --junitxml={_OWN}".strip()}


def fetch_report(stack: Stack, ended: Ended, command: Sequence[str], given: Sequence[str]) -> Report | None:
    """The report of a run; None where none is found. What was there before the run is no report of it.

    Args:
        stack: the project's containers.
        ended: the container.
        command: the words of its command.
        given: the paths in the container that the user named.

    Raises:
        DevpoolError: `not-junit`; `no-junit`, where a path is not there that the user named.
    """
    files = [file for path in given for file in _given(stack, ended, path)]
    if not given:
        own = [_OWN] if is_pytest(command) else []
        for path in (*named_in(command), *own, *defaults_of(command, ended.said)):
            files = _files(stack, ended, path, asked="*" not in path)
            if files:
                break
    if not files:
        return None
    report = read_reports(files)
    return replace(report, began=moment(report.stamp))


def _given(stack: Stack, ended: Ended, path: str) -> list[tuple[str, bytes]]:
    files = _files(stack, ended, path)
    if not files:
        failed = f", and failed (exit code {ended.code})" if ended.code else ""
        raise DevpoolError(
            "no-junit",
            f"the command has written no test report at `{path}`{failed}",
            hint="name the file as the command sees it, or the folder of the reports: --junit PATH",
            details=last_lines(ended.said) if failed else (),
        )
    return files


def _files(stack: Stack, ended: Ended, path: str, *, asked: bool = True) -> list[tuple[str, bytes]]:
    """The reports at a path; none below a folder that is too large, where the user did not ask for them.

    Raises:
        DevpoolError: `not-junit`, where the user did.
    """
    folder, pattern = _parted(path)
    place = posixpath.join(ended.folder or "/", folder).rstrip("/")
    if not place:
        return []  # the whole of the container
    command = RunningCommand(["docker", "cp", "-L", f"{ended.id}:{place}", "-"], stack.call.cwd, stack.call.environ)
    found: list[tuple[str, bytes]] = []
    try:
        # Of a stream that ends too early, docker itself says why.
        with command.stream(_SECONDS) as stream, suppress(tarfile.ReadError):
            found.extend(_members(stream, place, pattern, ended.began - _SLACK))
    except TooMuchError:
        raise _unread(f"the test reports are larger than {_MOST >> 20} MiB", place) from None
    except TooLateError:
        if not asked:
            return []
        raise _unread(f"the test reports could not be copied within {_SECONDS:.0f} s", place) from None
    except DevpoolError as error:
        if error.code != "docker-failed":
            raise
    return found


def _unread(why: str, place: str) -> DevpoolError:
    hint = "name the file or folder that has nothing but them: --junit PATH"
    return DevpoolError("not-junit", why, where=place, hint=hint)


def _parted(path: str) -> tuple[str, str]:
    """The folder before a pattern, and the pattern below it; a path that is none is all folder."""
    parts = path.split("/")
    first = next((number for number, part in enumerate(parts) if "*" in part), len(parts))
    return "/".join(parts[:first]) or ("/" if first and path.startswith("/") else ""), "/".join(parts[first:])


def _members(stream: IO[bytes], place: str, pattern: str, since: float) -> Iterator[tuple[str, bytes]]:
    """The XML files in a tar archive, or its only file, that are not older than a moment; nothing is unpacked to the
    disk. With a pattern, those that have such a name below the archive's folder.

    Raises:
        TooMuchError: they are too large together.
    """
    size = count = 0
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for number, member in enumerate(archive):
            below = member.name.partition("/")[2]
            wanted = _fits(below, pattern) if pattern else number == 0 or member.name.endswith(".xml")
            if not (wanted and member.isreg() and member.mtime >= since):
                continue
            size, count = size + member.size, count + 1
            if size > _MOST or count > _MOST_FILES:
                raise TooMuchError
            if file := archive.extractfile(member):
                yield posixpath.join(posixpath.dirname(place), member.name), file.read()


def _fits(path: str, pattern: str) -> bool:
    """Whether a path fits a pattern, in which `*` stands for what has no `/`."""
    names, patterns = path.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(map(fnmatchcase, names, patterns))
