"""status, check and top on a running project: what they show, and every leak made on purpose by a real client.

One demo project, told as a story; what was seen is looked at from all sides.
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from demo_rig import DEVPOOL, PASSWORD, PASSWORD_IN_URL, DemoProject, demo_project
from pooler_rig import eventually

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# What the app has in its source: each line leaves one thing behind. `app.tenant` is what a policy asks for.
LEAKS = {
    "advisory lock": "SELECT pg_advisory_lock(4711)",
    "LISTEN": "LISTEN jobs",
    "SET": "SET statement_timeout = '55s'",
    "SET tenant": "SET app.tenant = 'tenant-4711'",
    "SET role": "SET ROLE pg_monitor",
    "temporary table": "CREATE TEMPORARY TABLE basket (id int)",
    "PREPARE": "PREPARE totals AS SELECT count(*) FROM pg_class",
    "WITH HOLD cursor": "DECLARE report CURSOR WITH HOLD FOR SELECT 1",
}
# All at the same moment, each in a transaction of its own, so that each is on a server connection of its own.
_LEAKER = f"""
import os, sys, psycopg
LEAKS = [
{"".join(f"    {sql!r},{chr(10)}" for sql in LEAKS.values())}]
open_ones = []
for sql in LEAKS:
    connection = psycopg.connect(os.environ[sys.argv[1]])
    connection.execute(sql)
    open_ones.append(connection)
for connection in open_ones:
    connection.commit()
print("left", flush=True)
sys.stdin.read()
"""
# The same work as it should be done: nothing of it is left.
_CLEAN = """
import os, psycopg
connections = [psycopg.connect(os.environ["DATABASE_URL"]) for _ in range(4)]
for connection in connections:
    connection.execute("SELECT pg_advisory_xact_lock_shared(4711)")
    connection.execute("SET jit = on")  # as asyncpg does: the value that each session begins with
    connection.execute("SET LOCAL statement_timeout = '55s'")
    connection.execute("SELECT set_config('app.tenant', 'x', true)")
    connection.execute("CREATE TEMPORARY TABLE basket (id int) ON COMMIT DROP")
    for _ in range(6):
        connection.execute("SELECT count(*) FROM pg_class WHERE oid > %s", [1], prepare=True)
    connection.cursor("report").execute("SELECT 1")
for connection in connections:
    connection.commit()
"""
# What other package managers leave on the disk, and settings of their drivers.
_OTHERS = """
mkdir -p node_modules/postgres config
echo '{"name": "postgres", "version": "3.4.4"}' >node_modules/postgres/package.json
echo 'const sql = postgres(url, { prepare: false })' >db.js
printf 'GEM\\n  specs:\\n    activerecord (7.1.3)\\n    good_job (3.29.0)\\n' >Gemfile.lock
printf 'test:\\n  prepared_statements: false\\n' >config/database.yml
"""
_POLICY = """
CREATE TABLE IF NOT EXISTS tenants (id text); ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON tenants USING (id = current_setting('app.tenant'));
"""


@dataclass(kw_only=True)
class Seen:
    """What was seen, in the order in which it happened."""

    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    screen: str = ""
    pools: dict[str, tuple[int, int]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Seen]:
    with demo_project(tmp_path_factory.mktemp("see"), plain_shell, "see") as project:
        project.up()
        project.devpool("enable", "--set", "server_idle_timeout=600")
        project.compose("up", "--detach", "--wait", "--no-recreate", "--no-build", "--scale=web=2", "web")
        yield tell(project)


def tell(project: DemoProject) -> Seen:
    seen = Seen()
    eventually(project.web_says, "web answers")
    well(project, seen)
    leaks(project, seen)
    seen.screen = on_a_terminal(project)
    trouble(project, seen)
    return seen


def ask(project: DemoProject, seen: Seen, name: str, *words: str, code: int = 0) -> None:
    seen.answers[name] = dict(json.loads(project.devpool(*words, "--json", code=code)[0]))


def well(project: DemoProject, seen: Seen) -> None:
    project.sql(_POLICY)
    project.compose("exec", "-T", "web", "python3", "-c", _CLEAN)
    ask(project, seen, "status", "status")
    seen.said["top"] = project.devpool("top")
    seen.pools["before"] = servers(project)
    ask(project, seen, "clean", "check", "--leaks")
    seen.pools["after"] = servers(project)
    seen.said["nagios"] = project.devpool("check", "--nagios")


def leaks(project: DemoProject, seen: Seen) -> None:
    for number in ("1", "2"):
        words = ["exec", "-T", "--index", number, "--user=root", "web", "sh", "-c", "cat >leaker.py"]
        project.compose(*words, given=_LEAKER)
    project.compose("exec", "-T", "--user=root", "worker", "sh", "-c", _OTHERS)
    with leaker(project, "DATABASE_URL"):
        ask(project, seen, "leaks", "check", "--leaks", code=4)
    project.compose("exec", "-T", "pgbouncer", "pooler-admin", "RECONNECT")


def trouble(project: DemoProject, seen: Seen) -> None:
    with leaker(project, "DATABASE_URL_DIRECT"):
        seen.said["past the pooler"] = project.devpool("check", code=4)
    nosuch = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL'], dbname='nosuch')"
    project.call(["docker", "compose", "exec", "-T", "web", "python3", "-c", nosuch])
    ask(project, seen, "logged", "check", code=4)
    project.compose("stop", "pgbouncer")
    ask(project, seen, "pooler down", "check", "--leaks", code=4)
    seen.said["pooler down"] = project.devpool("check", "--nagios", code=2)


def servers(project: DemoProject) -> tuple[int, int]:
    """The server connections of the apps' pool, and its waiting clients."""
    text = project.compose("exec", "-T", "pgbouncer", "pooler-admin", "SHOW POOLS")
    (pool,) = [row for row in csv.DictReader(io.StringIO(text)) if row["database"] == "notes"]
    return sum(int(pool[f"sv_{state}"]) for state in ("active", "idle", "used")), int(pool["cl_waiting"])


@contextmanager
def leaker(project: DemoProject, variable: str) -> Iterator[None]:
    """The client in one container of web, which stays until the end of the `with`."""
    words = ["docker", "compose", "exec", "-T", "web", "python3", "leaker.py", variable]
    client = subprocess.Popen(
        words, cwd=project.folder, env=project.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert client.stdin
    assert client.stdout
    try:
        assert client.stdout.readline() == "left\n"
        yield
    finally:
        client.stdin.close()
        client.stdout.close()
        client.wait(timeout=20)


def on_a_terminal(project: DemoProject) -> str:
    """What `devpool top` draws on a terminal of 80 columns, until `q` is pressed there."""
    child, terminal = pty.fork()
    if not child:
        os.chdir(project.folder)
        words = [*DEVPOOL, "top", "--interval", "0.5"]
        os.execvpe(words[0], words, project.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    drawn, pressed, deadline = "", "", time.monotonic() + 30
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                drawn += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # how Linux says that the other side has gone
                break
        # A rate takes two looks; then the sorting is changed, then it ends.
        wanted = {"": "TX/S", "c": "sorted by clients"}.get(pressed, "")
        if wanted and drawn.count(wanted) >= (6 if not pressed else 1):
            pressed = "q" if pressed else "c"
            os.write(terminal, pressed.encode())
    assert os.waitpid(child, 0)[1] == 0, drawn[-2000:]
    return drawn


def results(seen: Seen, name: str, check: str, subject: str = "") -> list[dict[str, str]]:
    checks = seen.answers[name]["checks"]
    return [r for r in checks if r["check"] == check and subject in ("", r["subject"])]


# --- status ---


def test_status_proves_each_container_of_each_app(seen: Seen) -> None:
    connections = {c["service"]: c for c in seen.answers["status"]["connections"]}
    assert [len(connections[app]["containers"]) for app in ("web", "worker")] == [2, 1]
    proofs = {r["container"]: r["proof"] for c in connections.values() for r in c["containers"]}
    assert sorted(proofs.values()) == ["idle", "proved", "proved"]
    assert all(container in seen.said["top"][0] for container in proofs if "web" in container)


def test_status_has_version_and_mode_as_a_connection_is_told_them(seen: Seen) -> None:
    (pooler,) = seen.answers["status"]["poolers"]
    assert (pooler["learnt_from"], pooler["pool_mode"]) == ("connection", "transaction")
    assert re.fullmatch(r"1\.\d+\.\d+", pooler["version"])
    assert f"PgBouncer {pooler['version']}, transaction mode (as it tells its connections)" in seen.said["top"][0]


def test_status_has_the_pools(seen: Seen) -> None:
    (pool,) = seen.answers["status"]["poolers"][0]["pools"]
    assert (pool["database"], pool["user"], pool["mode"]) == ("notes", "notes", "transaction")
    assert pool["clients_active"] >= 2
    assert pool["servers_idle"] + pool["servers_active"] >= 4


# --- check ---


def test_a_healthy_project_has_nothing_that_is_found(seen: Seen) -> None:
    levels = {r["level"] for r in seen.answers["clean"]["checks"]}
    assert levels <= {"ok", "idle"}, seen.answers["clean"]
    assert seen.answers["clean"]["status"] == "ok"
    assert seen.said["nagios"][0].startswith("DEVPOOL OK - ")
    assert seen.said["nagios"][0].count("\n") == 1


def test_every_check_is_in_the_table(seen: Seen) -> None:
    names = "files compose pooler query version auth ports database connections max_connections route clients pool"
    assert {r["check"] for r in seen.answers["clean"]["checks"]} == {
        *names.split(),
        "waiting",
        "session",
        "framework",
        "log",
        "leak",
    }


def test_the_drivers_are_those_that_are_installed(seen: Seen) -> None:
    said = "\n".join(r["message"] + r["hint"] for r in results(seen, "clean", "framework", "web"))
    assert "DISABLE_SERVER_SIDE_CURSORS = True, still needed" in said
    assert "CONN_MAX_AGE = 60" in said
    assert "which is no longer needed" in said  # what Django still does for psycopg


def test_what_is_obsolete_is_named_where_it_stands_and_what_is_needed_still(seen: Seen) -> None:
    found = {r["message"].split(" (")[0]: r for r in results(seen, "leaks", "framework", "worker")}
    assert "config/database.yml:2" in found["obsolete: Rails's prepared_statements: false"]["hint"]
    assert "db.js:1" in found["obsolete: postgres.js's prepare: false"]["hint"]
    (needed,) = [r for r in found.values() if r["level"] == "warning"]
    assert needed["message"].startswith("good_job uses LISTEN")


# --- leaks ---


def test_a_clean_app_shows_no_leak(seen: Seen) -> None:
    assert seen.answers["clean"]["leaks"] == []
    (found,) = results(seen, "clean", "leak")
    counts = re.search(r"nothing left on (\d+) of (\d+) server connections", found["message"])
    assert counts
    assert int(counts[2]) >= 4  # as many as the clean client had open at once
    assert int(counts[1]) >= int(counts[2]) - 1  # the worker may be at work on one in that very moment


def test_looking_for_leaks_does_not_fill_the_pool_and_lets_nobody_wait(seen: Seen) -> None:
    # The worker may have been at work in that very moment: a connection more, and it did not wait.
    assert seen.pools["after"][0] <= seen.pools["before"][0] + 1
    assert seen.pools["after"][1] == 0


@pytest.mark.parametrize(("kind", "sql"), LEAKS.items())
def test_each_leak_is_found_and_named(seen: Seen, kind: str, sql: str) -> None:
    signs = {
        "advisory lock": "advisory lock 4711",
        "LISTEN": "`jobs`",
        "SET": "`statement_timeout` = 55000",
        "SET tenant": "`app.tenant`",
        "SET role": "role `pg_monitor`",
        "temporary table": "`basket`",
        "PREPARE": "`totals`",
        "WITH HOLD cursor": "`report`",
    }
    found = [leak for leak in seen.answers["leaks"]["leaks"] if signs[kind] in leak["what"]]
    assert len(found) == 1, seen.answers["leaks"]
    (leak,) = found
    assert kind.startswith(leak["kind"])
    assert leak["apps"] == ["web"]
    assert "leaker.py:" in leak["evidence"] or "last statement" in leak["evidence"]
    assert (leak["pool"], leak["pid"] > 0) == ("notes@notes", True)
    # The statement to look for is one that a search of the source finds.
    assert leak["statement"].split("(")[0].split(",")[0].lower() in sql.lower().replace("table if", "table")


def test_each_leak_is_on_a_backend_of_its_own_and_nothing_else_is_found(seen: Seen) -> None:
    leaks = seen.answers["leaks"]["leaks"]
    assert len(leaks) == len(LEAKS)
    assert len({leak["pid"] for leak in leaks}) == len(LEAKS)


def test_the_value_of_an_apps_own_setting_is_not_shown(seen: Seen) -> None:
    assert "tenant-4711" not in json.dumps(seen.answers["leaks"])


# --- trouble ---


def test_an_app_that_goes_past_the_pooler_is_found_container_by_container(seen: Seen) -> None:
    said = " ".join(seen.said["past the pooler"][0].split())
    assert re.search(r"critical route web it is pooled, but \S+-web-\d is not: ", said)
    assert re.search(r" 1 critical, .*\d+ ok", said)


def test_a_message_in_the_poolers_log_is_translated(seen: Seen) -> None:
    found = [r for r in results(seen, "logged", "log", "pgbouncer") if "nosuch" in r["message"]]
    assert [r["level"] for r in found] == ["warning"]
    assert "that the server does not have" in found[0]["message"]


def test_a_pooler_that_is_down_is_found_and_the_rest_is_judged(seen: Seen) -> None:
    (found,) = results(seen, "pooler down", "pooler")
    assert found["level"] == "critical"
    assert {r["level"] for r in results(seen, "pooler down", "database")} == {"ok"}
    assert seen.answers["pooler down"]["leaks"] == []
    assert seen.said["pooler down"][0].startswith(
        "DEVPOOL CRITICAL - pooler pgbouncer: does not answer: it is not running"
    )


# --- top ---


def test_in_a_pipe_top_gives_plain_lines_once(seen: Seen) -> None:
    said = seen.said["top"][0]
    assert said.count("APP ") == 1
    assert "notes@notes" in said
    assert not _CONTROL.search(said)


def test_on_a_terminal_top_draws_within_80_columns(seen: Seen) -> None:
    text = re.sub(r"\x1b\[[0-9;]*H", "\n", seen.screen)  # to another place
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    lines = re.split(r"[\r\n]+", text)
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("notes@notes") for line in lines)
    assert any(re.match(r"notes +[\d.]+ +[\d.]+ ", line) for line in lines)
    assert "sorted by name" in text
    assert "sorted by clients" in text
    assert re.search("[▁▂▃▄▅▆▇█]", text)


def test_top_leaves_the_screen_as_it_was(seen: Seen) -> None:
    assert "\x1b[?1049h" in seen.screen
    assert seen.screen.rindex("\x1b[?1049l") > seen.screen.rindex("\x1b[?1049h")


def test_no_password_is_said(seen: Seen) -> None:
    said = "".join(map("".join, seen.said.values())) + json.dumps(seen.answers) + seen.screen
    assert PASSWORD not in said
    assert PASSWORD_IN_URL not in said
