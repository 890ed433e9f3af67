"""What all tests share: the option that rewrites golden files, and no variable of this machine's shell."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from counting import taken
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


@pytest.fixture(autouse=True, scope="session")
def own_state_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What devpool keeps beside a project goes into a folder of the tests, not into the home of who runs them."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


_OF_COMPOSE = ("COMPOSE_", "DEVPOOL_", "POSTGRES", "PG", "DATABASE", "DB_")


_BESIDE = tuple(
    f"/e2e/test_pooler_{name}.py" for name in ("passwords", "settings", "session_alias", "tls", "docs", "harmless")
)
"""These need the engine, but measure no time and mind nothing else that it does: beside the others they shorten
the line of its tests, which is the longest."""

_ALONE = ("/golden/", "/fuzz/", "/crash/test_order.py")
"""Each of these tests makes for itself all that it needs: they fill what time is left, in whichever process."""


class _OneEngine(LoadScopeScheduling):
    """Where the tests run in two processes: those of the engine one after the other, the others file by file or one
    by one. What has the most tests begins first, single tests come last."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        if "/e2e/" in file and not file.endswith(_BESIDE):
            return "engine"
        return nodeid if any(part in file for part in _ALONE) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return _OneEngine(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Let the laws know, before they are loaded, that this is the slow run, in which they see more projects.

    Where `CI` is set devpool is stricter: a test that is about that sets it itself.
    """
    os.environ.pop("CI", None)
    if config.option.markexpr == "slow":
        os.environ["DEVPOOL_AT_LENGTH"] = "1"


_OVER_ALL_CASES = (
    *("test_what_the_user_edits_in_between_survives_exactly", "test_without_the_record_the_project_is_direct_again"),
    *("test_a_clone_without_devpools_folder_is_known", "test_no_diff_and_no_explanation_shows_a_secret"),
    *("test_enable_twice_is_enable_once", "test_every_edit_is_known_again"),
)
"""Laws over each golden case and real project: one in twelve sees them in the fast run, the others in the slow one."""

_IN_BOTH = (
    "/property/",
    "::test_what_an_editor_saves_at_any_step_survives",
    "::test_a_command_killed_at_any_step_leaves_all_old_or_all_new[one file",
    "::test_a_command_that_fails_at_any_step_is_undone_and_says_why[one file",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Some tests belong to both runs, and see more in the slow one."""
    at_length = "DEVPOOL_AT_LENGTH" in os.environ
    for item in items:
        if at_length and any(part in item.nodeid for part in _IN_BOTH):
            item.add_marker("slow")
    over_all = [item for item in items if item.name.startswith(_OVER_ALL_CASES)]
    for number, item in enumerate(over_all):
        if number % 12:
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Keep what a test has counted with its report, which reaches the process that writes the last lines."""
    try:
        return (yield)
    finally:
        item.user_properties += [("counted", line) for line in taken()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was counted."""
    reports = [r for r in terminalreporter.getreports("passed") if r.when == "call"]
    lines = [str(value) for report in reports for name, value in report.user_properties if name == "counted"]
    if lines:
        terminalreporter.section("counted")
    for line in lines:
        terminalreporter.line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected files of tests/golden")
    parser.addoption("--no-proof", action="store_true", help="leave Compose out of the golden cases that are enabled")


@pytest.fixture(scope="session")
def plain_shell() -> dict[str, str]:
    """The shell's variables without those that would change how a project is read."""
    return {n: v for n, v in os.environ.items() if not n.startswith(_OF_COMPOSE)}


@pytest.fixture(scope="session")
def stack_client() -> Path:
    """A docker client that has `docker stack config`, brought from Debian where this machine's has not."""
    engine = Path(__file__).resolve().parents[1] / "ci" / "engine"
    done = subprocess.run([engine, "client"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr, pytrace=False)
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def compose_plugin() -> None:
    """Docker's compose plugin. Where it is missing the test fails with the command to type; it is never skipped."""
    found = shutil.which("docker") is not None
    if not found or subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0:
        pytest.fail("there is no docker compose: run ci/engine, which sets it up", pytrace=False)
