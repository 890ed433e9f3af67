"""Migrations past the pooler with Alembic and Rails themselves: under load, on a terminal, interrupted, failing."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from demo_rig import DEVPOOL, PASSWORD, PASSWORD_IN_URL, DemoProject, demo_project
from migrations_rig import (
    ADVISORY,
    PROJECT,
    Terminal,
    address,
    ask,
    clients,
    one_offs,
    secrets_in_process_list,
    started,
    write_migrations,
)
from pooler_rig import eventually, tell

# Rails and Alembic take minutes to install; `devpool migrate` with Django is in test_main_job.py.
pytestmark = pytest.mark.slow
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(15)' AND state = 'active'"
MANY = 50
TEN = [
    word
    for n in range(1, 6)
    for word in (
        ("shop", "alembic", "upgrade", f"000{n + 1}"),
        ("blog", "bin/rails", "db:migrate", f"VERSION=2026010100000{n}"),
    )
]


@dataclass(kw_only=True)
class Story:
    """What was seen, in the order in which it happened."""

    project: DemoProject
    started: list[list[str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    locks: str = ""
    seen: list[list[str]] = field(default_factory=list)
    pooler: str = ""
    control: dict[str, Any] = field(default_factory=dict)
    control_locks: str = ""
    control_seen: list[list[str]] = field(default_factory=list)


@pytest.fixture
def project(story: Story) -> DemoProject:
    return story.project


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Story]:
    with demo_project(tmp_path_factory.mktemp("migrations"), plain_shell, "migrations", PROJECT) as project:
        story = Story(project=project)
        write_migrations(project)
        project.devpool("migrate", "--", "alembic", "upgrade", "0001")
        story.started.append(list(project.containers()))
        project.devpool("enable", "--no-up")
        project.compose("down")
        project.devpool("migrate", "--", "alembic", "upgrade", "0001")
        story.started.append(list(project.containers()))
        project.up()
        story.pooler = address(project, "pgbouncer")
        ten_migrations(story)
        yield story


def ten_migrations(story: Story) -> None:
    project = story.project
    ask(project, "TRUNCATE seen")
    with clients(project, MANY) as working:
        story.before = working.report()
        for service, *command in TEN:
            began = time.monotonic()
            story.said.append(project.devpool("migrate", service, "--", *command)[1])
            story.seconds.append(time.monotonic() - began)
        story.after = working.report()
        story.locks = ask(project, ADVISORY)
        story.seen = seen(project)
        the_same_through_the_pooler(story)
        story.control = eventually(lambda: stale(working.report()), "a client meets a stale plan")


def the_same_through_the_pooler(story: Story) -> None:
    """The control: what the app itself would do. Where the lock is left depends on who is served in between."""
    project = story.project
    ask(project, "TRUNCATE seen")
    for _ in range(8):
        command = ["alembic", "upgrade", "head"]
        project.call(["docker", "compose", "run", "--rm", "-T", "--no-deps", "shop", *command])
        story.control_locks = ask(project, ADVISORY)
        if story.control_locks != "0":
            break
    story.control_seen = seen(project)


def seen(project: DemoProject) -> list[list[str]]:
    """The tool, the client's address and its application of each migration, as Postgres saw them."""
    return [line.split("|") for line in ask(project, "SELECT * FROM seen").splitlines()]


def stale(report: dict[str, Any]) -> dict[str, Any] | None:
    return report if report["errors"] else None


# --- with nothing running ---


def test_the_database_alone_is_started_whether_the_project_is_enabled_or_not(story: Story) -> None:
    assert story.started == [["db"], ["db"]]


# --- ten migrations under load ---


def test_ten_migrations_run_through_and_none_hangs(story: Story) -> None:
    tell(f"ten migrations: {', '.join(f'{s:.1f}' for s in story.seconds)} s")
    assert len(story.seconds) == len(TEN)
    assert max(story.seconds) < 30
    assert ask(story.project, "SELECT version_num FROM alembic_version") >= "0006"
    assert ask(story.project, "SELECT count(*) FROM schema_migrations") == "5"


def test_all_clients_worked_through_the_pooler_meanwhile(story: Story) -> None:
    tell(f"queries: {story.after['queries'] - story.before['queries']}")
    assert story.before["pooled"] == MANY
    assert story.after["queries"] > story.before["queries"] + 100 * len(TEN)


def test_no_client_meets_a_stale_plan_or_any_other_error(story: Story) -> None:
    assert story.after["errors"] == {}


def test_no_lock_is_left_behind(story: Story) -> None:
    assert story.locks == "0"


def test_the_backend_of_every_migration_was_a_direct_one(story: Story) -> None:
    assert sorted({tool for tool, _, _ in story.seen}) == ["alembic", "rails"]
    assert len(story.seen) == len(TEN)
    assert story.pooler not in {client for _, client, _ in story.seen}
    assert {application for tool, _, application in story.seen if tool == "rails"} == {"bin/rails"}


def test_it_says_where_it_migrates_and_with_what(story: Story) -> None:
    assert "migrating in shop, directly on db: alembic upgrade 0002 (Alembic, your choice)" in story.said[0]


def test_control_through_the_pooler_the_lock_stays_behind(story: Story) -> None:
    assert int(story.control_locks) > 0
    assert {client for _, client, _ in story.control_seen} == {story.pooler}


def test_control_without_reconnect_the_clients_meet_stale_plans(story: Story) -> None:
    assert list(story.control["errors"]) == ["cached plan must not change result type"]


def test_afterwards_the_pooler_is_as_before_and_only_what_is_still_held_is_marked(project: DemoProject) -> None:
    assert "RECONNECT command issued" not in project.compose("logs", "pgbouncer")
    words = [*DEVPOOL, "psql", "shop", "--", "-Atc", "SELECT pg_sleep(15)"]
    with subprocess.Popen(words, cwd=project.folder, env=project.environ, stdout=subprocess.PIPE, text=True) as held:
        eventually(lambda: int(ask(project, SLEEPING)), "the long transaction")
        project.devpool("migrate", "shop", "--", "true")
        assert held.poll() is None, "the transaction outlasts the migration"
        assert held.wait() == 0
    configuration = project.devpool("psql", "--admin", "--", "-Atc", "SHOW CONFIG")[0]
    assert "server_lifetime|3600|3600|" in configuration
    assert "RECONNECT command issued" in project.compose("logs", "pgbouncer")


# --- terminal, streams, signals ---

WAITS = ["sh", "-c", "echo ready; exec sleep 100"]


def test_on_a_terminal_the_command_has_one(project: DemoProject) -> None:
    script = 'test -t 0 && test -t 1 && echo "a terminal"; read answer; echo "got $answer"; exit 5'
    terminal = Terminal(project, "direct", "shop", "--", "sh", "-c", script)
    terminal.read_until("a terminal")
    terminal.type("hello\n")
    assert terminal.code() == 5
    assert "got hello" in terminal.seen


def test_ctrl_c_on_a_terminal_ends_the_command_and_its_container(project: DemoProject) -> None:
    terminal = Terminal(project, "migrate", "shop", "--", *WAITS)
    terminal.read_until("\nready")
    running = one_offs(project)
    terminal.type("\x03")
    assert (terminal.code(), len(running)) == (130, 1)
    assert one_offs(project) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_container_and_no_value_was_on_a_command_line(
    project: DemoProject, number: signal.Signals
) -> None:
    with started(project, "migrate", "shop", "--", *WAITS) as process:
        assert len(one_offs(project)) == 1
        assert secrets_in_process_list() == []
        process.send_signal(number)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in stderr
    assert one_offs(project) == []


def test_control_a_value_on_a_command_line_would_be_seen(project: DemoProject) -> None:
    with started(project, "direct", "shop", "--", *WAITS, PASSWORD_IN_URL) as process:
        assert secrets_in_process_list()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def test_without_a_terminal_it_streams_plainly(project: DemoProject) -> None:
    script = "test -t 0 || echo no terminal; cat; echo aside >&2"
    stdout, stderr = project.devpool("direct", "shop", "--", "sh", "-c", script, given="given\n")
    assert stdout == "no terminal\ngiven\n"
    assert "aside\n" in stderr
    assert "\x1b" not in stdout + stderr


def test_json_keeps_what_the_command_says_off_stdout(project: DemoProject) -> None:
    stdout, stderr = project.devpool("--json", "migrate", "shop", "--", "echo", "said")
    assert json.loads(stdout)["exit_code"] == 0
    assert "\nsaid\n" in stderr


# --- what the command is given ---


def test_every_pooled_setting_is_direct_and_tools_find_it_under_their_names(project: DemoProject) -> None:
    names = ["DATABASE_URL", "DATABASE_URL_DIRECT", "DIRECT_URL", "DATABASE_URL_UNPOOLED"]
    script = " ".join(f'"${name}"' for name in (*names, "DB_HOST", "DB_PORT"))
    said = project.devpool("direct", "inside", "--", "sh", "-c", f"printf '%s\\n' {script}")[0].splitlines()
    assert said == [f"postgresql://shop:{PASSWORD_IN_URL}@db:5432/shop"] * len(names) + ["db", "5432"]


def test_an_address_in_the_entrypoint_is_direct_too(project: DemoProject) -> None:
    assert "@pgbouncer:" in (project.folder / "compose.yaml").read_text().partition("wrapped:")[2]
    said = project.devpool("direct", "wrapped", "--", "echo", "done")[0]
    assert said == f"entered with postgresql://shop:{PASSWORD_IN_URL}@db:5432/shop\ndone\n"


def test_a_tool_that_only_the_image_tells_of_is_found_there(project: DemoProject) -> None:
    _, stderr = project.devpool("migrate", "inside", code=127)
    assert "alembic upgrade head (Alembic, alembic.ini in /srv of the image of inside)" in stderr
    assert "`alembic` could not be run in `inside`" in stderr
    assert "devpool direct inside" in stderr


# --- psql ---


def test_psql_goes_where_it_is_sent(project: DemoProject) -> None:
    server = "SELECT coalesce(host(inet_client_addr()), 'socket')"
    found = {way: project.devpool("psql", way, "--", "-Atc", server)[0].strip() for way in ("--direct", "--pooled")}
    assert found == {"--direct": "socket", "--pooled": address(project, "pgbouncer")}
    assert project.devpool("psql", "shop", "--", "-At", given=server)[0].strip() == found["--pooled"]
    assert "cl_active" in project.devpool("psql", "--admin", "--", "-c", "SHOW POOLS")[0]
    assert "division by zero" in project.devpool("psql", "--", "-c", "SELECT 1/0", code=1)[1]


# --- what goes wrong ---


def test_the_exit_code_of_a_migration_that_fails_comes_back(project: DemoProject) -> None:
    stdout, stderr = project.devpool("migrate", "shop", "--", "alembic", "upgrade", "nosuch", code=255)
    assert "Can't locate revision identified by 'nosuch'" in stdout
    assert "error: `alembic upgrade nosuch` failed in `shop` (exit code 255)" in stderr


def test_a_database_that_was_stopped_is_started_again(project: DemoProject) -> None:
    project.compose("stop", "db")
    project.devpool("migrate", "shop", "--", "alembic", "current")
    assert "db" in project.containers()


def test_a_service_without_a_database_is_refused(project: DemoProject) -> None:
    assert "`cache` names no database" in project.devpool("migrate", "cache", "--", "true", code=1)[1]
    assert "there is no service `nosuch`" in project.devpool("direct", "nosuch", code=1)[1]


def test_without_an_engine_it_says_so(project: DemoProject) -> None:
    for verb in (["migrate", "shop", "--", "true"], ["direct", "shop"], ["psql"]):
        _, stderr = project.devpool(*verb, code=1, DOCKER_HOST="unix:///nowhere/docker.sock")
        assert "the Docker engine is not running" in stderr


def test_a_database_that_never_becomes_healthy_is_said_with_its_last_lines(
    tmp_path: Path, plain_shell: dict[str, str]
) -> None:
    with demo_project(tmp_path, plain_shell, "never-healthy", PROJECT) as project:
        file = project.folder / "compose.yaml"
        file.write_text(file.read_text().replace("fsync=off", "nonsense=1"))
        stdout, stderr = project.devpool("migrate", code=1)
    assert "error: db did not become healthy, so nothing was run" in stderr
    assert "nonsense" in stderr
    assert PASSWORD not in stdout + stderr
