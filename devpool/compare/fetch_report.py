"""The test report of a one-off container that has ended: found, copied out of it in memory, and read."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from devpool.catalog.junit_reports import PYTEST, defaults_of, is_pytest, named_in
from devpool.compare.junit_report import Report, read_reports
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
    """A container whose command has ended: its id, its working directory, and when it began and ended, in seconds
    since the epoch; 0 where Docker does not tell.
    """

    id: str
    folder: str
    began: float
    ended: float


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
        for path in (*named_in(command), *own, *defaults_of(command)):
            files = list(_files(stack, ended, path))
            if files:
                break
    if not files:
        return None
    report = read_reports(files)
    return replace(report, began=moment(report.stamp))


def _given(stack: Stack, ended: Ended, path: str) -> list[tuple[str, bytes]]:
    files = list(_files(stack, ended, path))
    if not files:
        raise DevpoolError(
            "no-junit",
            f"the command has written no test report at `{path}`",
            hint="name the file as the command sees it, or the folder of the reports: --junit PATH",
        )
    return files


def _files(stack: Stack, ended: Ended, path: str) -> Iterator[tuple[str, bytes]]:
    place = posixpath.join(ended.folder or "/", path).rstrip("/")
    command = RunningCommand(["docker", "cp", "-L", f"{ended.id}:{place}", "-"], stack.call.cwd, stack.call.environ)
    try:
        data = command.data(_SECONDS, _MOST)
    except (TooLateError, TooMuchError):
        raise DevpoolError(
            "not-junit", f"the test reports are larger than {_MOST >> 20} MiB", where=place, hint="--junit PATH"
        ) from None
    except DevpoolError as error:
        if error.code != "docker-failed":
            raise
        return
    yield from _members(data, place, ended.began - _SLACK)


def _members(data: bytes, place: str, since: float) -> Iterator[tuple[str, bytes]]:
    """The XML files in a tar archive, or its only file, that are not older than a moment; nothing is unpacked to the
    disk.
    """
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for number, member in enumerate(archive):
            if number > _MOST_FILES:
                return
            named = number == 0 or member.name.endswith(".xml")
            if named and member.isreg() and member.mtime >= since:
                file = archive.extractfile(member)
                if file:
                    yield posixpath.join(posixpath.dirname(place), member.name), file.read()
