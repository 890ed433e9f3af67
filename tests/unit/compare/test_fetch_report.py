"""The test report of a container that has ended, out of what `docker cp` gives."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from devpool.compare.fetch_report import Ended, fetch_report, variables_for
from devpool.docker.containers import Stack
from devpool.docker.engine import Call
from devpool.errors import DevpoolError

XML = b'<testsuite name="s" timestamp="2026-01-01T00:00:00"><testcase name="one"/></testsuite>'
ENDED = Ended(id="c", folder="/srv", began=1000.0, ended=1001.0)
# Gives the archive whose name is that of the file or folder, as `docker cp C:PATH -` does.
_DOCKER = (
    '#!/bin/sh\nfile="$FILES/$(basename "$3").tar"; [ -f "$file" ] || { echo no such file >&2; exit 1; }; cat "$file"\n'
)


def archive(*members: tuple[str, bytes, float]) -> bytes:
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w") as tar:
        for name, data, time in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), time
            tar.addfile(info, io.BytesIO(data))
    return found.getvalue()


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    (tmp_path / "docker").write_text(_DOCKER)
    (tmp_path / "docker").chmod(0o755)
    found = Stack.__new__(Stack)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "FILES": str(tmp_path)}
    found.call = Call(arguments=(), cwd=str(tmp_path), environ=environ)
    return found


def put(stack: Stack, name: str, *members: tuple[str, bytes, float]) -> None:
    Path(stack.call.cwd, f"{name}.tar").write_bytes(archive(*members))


def test_the_report_that_a_command_names_is_read(stack: Stack) -> None:
    put(stack, "j.xml", ("j.xml", XML, 1001))
    found = fetch_report(stack, ENDED, ["gotestsum", "--junitfile", "j.xml"], ())
    assert found
    assert (list(found.tests), found.began) == ([("s", "one")], 1767225600.0)


def test_a_folder_of_reports_is_read_as_one(stack: Stack) -> None:
    second = XML.replace(b"one", b"two")
    put(stack, "surefire-reports", ("surefire-reports/a.xml", XML, 1001), ("surefire-reports/b.xml", second, 1001))
    found = fetch_report(stack, ENDED, ["mvn", "test"], ())
    assert found
    assert [name for _, name in found.tests] == ["one", "two"]


@pytest.mark.parametrize(
    ("command", "said", "folder", "names"),
    [
        (["mix", "test"], "", "lib", ["lib/shop/test-junit-report.xml", "lib/web/web-test-junit-report.xml"]),
        (["manage.py", "test"], "Generating XML reports...", "srv", ["srv/TEST-a.xml", "srv/TEST-b.xml"]),
    ],
)
def test_reports_are_found_by_a_pattern(
    stack: Stack, command: list[str], said: str, folder: str, names: list[str]
) -> None:
    others = ["pom.xml", "deep/er/TEST-a.xml", "shop/other.xml", "TEST-a.txt", "a/b/test-junit-report.xml"]
    tests = [(name, XML.replace(b"one", name.encode()), 1001.0) for name in names]
    put(stack, folder, *((f"{folder}/{name}", b"no XML", 1001.0) for name in others), *tests)
    found = fetch_report(stack, replace(ENDED, said=said), command, ())
    assert found
    assert [name for _, name in found.tests] == names


def test_a_command_that_failed_without_a_report_is_quoted(stack: Stack) -> None:
    with pytest.raises(DevpoolError) as raised:
        fetch_report(stack, replace(ENDED, code=1, said="Traceback\n\nno module\n"), [], ["junit.xml"])
    assert "`junit.xml`, and failed (exit code 1)" in raised.value.message
    assert raised.value.details == ("Traceback", "no module")


def test_a_whole_container_is_not_searched(stack: Stack) -> None:
    ended = replace(ENDED, folder="/", said="Generating XML reports...")
    assert fetch_report(stack, ended, ["manage.py", "test"], ()) is None
    with pytest.raises(DevpoolError, match="no test report at"):
        fetch_report(stack, ended, [], ["*.xml"])


def test_reports_that_are_too_large_are_refused(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devpool.compare.fetch_report._MOST", len(XML))
    put(stack, "reports", ("reports/a.xml", XML, 1001), ("reports/b.txt", XML * 9, 1001))
    assert fetch_report(stack, ENDED, [], ["reports"])
    put(stack, "reports", ("reports/a.xml", XML, 1001), ("reports/b.xml", XML, 1001))
    with pytest.raises(DevpoolError, match="are larger than"):
        fetch_report(stack, ENDED, [], ["reports"])


def test_a_copy_that_does_not_end_is_ended(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(stack.call.cwd, "docker").write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr("devpool.compare.fetch_report._SECONDS", 0.2)
    with pytest.raises(DevpoolError, match="could not be copied within"):
        fetch_report(stack, ENDED, [], ["reports"])
    assert fetch_report(stack, ENDED, ["mix", "test"], ()) is None


def test_an_archive_that_ends_early_gives_what_is_whole(stack: Stack) -> None:
    whole = archive(("r/a.xml", XML, 1001), ("r/b.xml", XML * 100, 1001))
    Path(stack.call.cwd, "r.tar").write_bytes(whole[:1600])
    found = fetch_report(stack, ENDED, [], ["r"])
    assert found
    assert len(found.tests) == 1


@pytest.mark.parametrize("members", [[("junit.xml", XML, 990)], []], ids=["older than the run", "none"])
def test_what_is_no_report_of_this_run_is_none(stack: Stack, members: list[tuple[str, bytes, float]]) -> None:
    put(stack, "junit.xml", *members)
    assert fetch_report(stack, ENDED, ["npx", "jest"], ()) is None
    with pytest.raises(DevpoolError) as raised:
        fetch_report(stack, ENDED, ["npx", "jest"], ["junit.xml"])
    assert raised.value.code == "no-junit"


def test_without_a_place_there_is_no_report(stack: Stack) -> None:
    assert fetch_report(stack, ENDED, ["make", "check"], ()) is None


@pytest.mark.parametrize(
    ("command", "given", "environment", "options"),
    [
        ("pytest -q", (), {}, "--junitxml=/tmp/devpool-junit.xml"),
        ("pytest", (), {"PYTEST_ADDOPTS": "-x"}, "-x --junitxml=/tmp/devpool-junit.xml"),
        ("pytest --junitxml=a.xml", (), {}, ""),
        ("pytest", ("a.xml",), {}, ""),
        ("make check", (), {}, ""),
    ],
)
def test_pytest_writes_a_report_unasked(
    command: str, given: tuple[str, ...], environment: dict[str, str], options: str
) -> None:
    assert variables_for(command.split(), given, environment).get("PYTEST_ADDOPTS", "") == options
