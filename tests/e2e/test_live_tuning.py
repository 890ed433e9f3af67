"""A running pooler is tuned: settings change under connected clients, and the session alias keeps a session.

One demo project, told as a story; what was seen is looked at from all sides.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from demo_rig import PASSWORD, DemoProject, demo_project
from pooler_rig import eventually

pytestmark = pytest.mark.slow

# What a session has to keep, asked of the address that the app itself has, in transactions of its own.
_KEEPS = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("SET application_name TO 'kept'")
    connection.execute("SELECT pg_advisory_lock(4)")
    connection.execute("CREATE TEMPORARY TABLE mine AS SELECT 1 AS one")
    for _ in range(20):
        seen = connection.execute("SELECT current_setting('application_name'), pg_advisory_unlock(4), "
                                  "pg_try_advisory_lock(4), (SELECT one FROM mine), current_database()").fetchone()
        assert seen[:4] == ("kept", True, True, 1), seen
    print("kept in", seen[4], "by the pooler", connection.info.parameter_status("pgbouncer.version"))
"""


@dataclass(kw_only=True)
class Seen:
    """What was seen, in the order in which it happened."""

    config: dict[str, dict[str, str]] = field(default_factory=dict)
    clients: dict[str, dict[str, str]] = field(default_factory=dict)
    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    containers: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    files: dict[str, dict[str, tuple[int, bytes]]] = field(default_factory=dict)


def admin(project: DemoProject, command: str) -> list[dict[str, str]]:
    text = project.compose("exec", "-T", "pgbouncer", "pooler-admin", command)
    return [dict(row) for row in csv.DictReader(io.StringIO(text))]


def config(project: DemoProject) -> dict[str, str]:
    return {row["key"]: row["value"] for row in admin(project, "SHOW CONFIG")}


def clients(project: DemoProject) -> dict[str, str]:
    """The connections of the apps: when each was made, by its address and port."""
    rows = admin(project, "SHOW CLIENTS")
    return {
        f"{r['addr']}:{r['port']}": r["connect_time"]
        for r in rows
        if r["database"].startswith("notes") and r["application_name"] != "devpool-health"
    }


def look(project: DemoProject, seen: Seen, moment: str) -> None:
    seen.config[moment], seen.clients[moment] = config(project), clients(project)
    seen.containers[moment], seen.files[moment] = project.containers(), project.tree()


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Seen]:
    with demo_project(tmp_path_factory.mktemp("tuning"), plain_shell, "tuning") as project:
        yield tell(project)


def tell(project: DemoProject) -> Seen:
    seen = Seen()
    seen.files["before"] = project.tree()
    project.up()
    seen.said["enable"] = project.devpool("enable", "--fast-auth", "--pool-size", "7")
    project.burst()  # the threads of web keep their connections
    look(project, seen, "enabled")
    tuned(project, seen)
    refused(project, seen)
    reloaded(project, seen)
    session(project, seen)
    project.devpool("disable")
    seen.files["disabled"] = project.tree()
    return seen


def tuned(project: DemoProject, seen: Seen) -> None:
    words = ["default_pool_size=9", "query_wait_timeout=33", "server_reset_query=SELECT 'it''s'"]
    seen.said["set"] = project.devpool("set", *words)
    look(project, seen, "set")
    seen.answers["again"] = project.ask("set", *words)
    seen.answers["later"] = project.ask("set", "pkt_buf=8192", "db_pool_size=8")
    seen.said["later"] = project.devpool("set", "pkt_buf=8192", "max_client_conn=900")
    look(project, seen, "later")


def refused(project: DemoProject, seen: Seen) -> None:
    """PgBouncer's console takes no command longer than its buffer; the first of the two settings goes back as well."""
    words = ["query_wait_timeout=44", f"server_check_query=SELECT '{'x' * 6000}'"]
    seen.said["refused"] = project.devpool("set", *words, code=1)
    look(project, seen, "refused")


def reloaded(project: DemoProject, seen: Seen) -> None:
    seen.said["reload"] = project.devpool("reload")
    look(project, seen, "reloaded")
    file = "/run/pgbouncer/private/pgbouncer.ini"
    project.compose("exec", "-T", "pgbouncer", "sh", "-c", f"cp {file} {file}.kept; echo 'pool_mode = odd' >>{file}")
    seen.said["reload fails"] = project.devpool("reload", code=1)
    project.compose("exec", "-T", "pgbouncer", "sh", "-c", f"mv {file}.kept {file}")
    look(project, seen, "not reloaded")
    project.compose("stop", "pgbouncer")
    seen.said["reload stopped"] = project.devpool("reload")
    seen.answers["stopped"] = project.ask("set", "stats_period=1")


def session(project: DemoProject, seen: Seen) -> None:
    seen.said["session"] = project.devpool(
        "enable", "--session", "worker", "--set", "stats_period=", "--set", "pkt_buf="
    )
    words = ["exec", "-T", "worker", "python3", "-c", _KEEPS]
    seen.said["keeps"] = (project.compose(*words), "")
    direct = "import os; print(os.environ['DATABASE_URL'].rpartition('/')[2])"
    seen.said["migrated"] = project.devpool("migrate", "worker", "--", "python3", "-c", direct)
    look(project, seen, "session")
    seen.answers["pools"] = eventually(lambda: pools(project), "the pool of `notes` is shown")
    seen.answers["at the session alias"] = {r["addr"]: r["database"] for r in admin(project, "SHOW CLIENTS")}
    seen.answers["worker"] = {"address": project.compose("exec", "-T", "worker", "hostname", "-i").strip()}
    seen.answers["status"] = project.ask("status")


def pools(project: DemoProject) -> dict[str, str] | None:
    """The mode of each pool, once that of `notes` is among them: it is shown while it has a connection."""
    project.devpool("psql", "web", "--", "-Atc", "SELECT 1")
    found = {r["database"]: r["pool_mode"] for r in admin(project, "SHOW POOLS")}
    return found if "notes" in found else None


# --- enable ---


def test_the_options_of_enable_are_what_pgbouncer_has(seen: Seen) -> None:
    found = seen.config["enabled"]
    assert (found["scram_iterations"], found["default_pool_size"], found["pool_mode"]) == ("256", "7", "transaction")
    assert "easier to guess" in seen.said["enable"][0]


# --- set ---


def test_what_is_set_counts_at_once(seen: Seen) -> None:
    found = seen.config["set"]
    assert (found["default_pool_size"], found["query_wait_timeout"]) == ("9", "33")
    assert found["server_reset_query"] == "SELECT 'it''s'"
    assert seen.config["enabled"]["query_wait_timeout"] != "33"
    assert "default_pool_size=9 applies now, no client was dropped" in seen.said["set"][0]


@pytest.mark.parametrize("moment", ["set", "later", "refused", "reloaded", "not reloaded"])
def test_no_client_is_dropped(seen: Seen, moment: str) -> None:
    before = seen.clients["enabled"]
    assert len(before) > 40
    assert before.items() <= seen.clients[moment].items()
    assert seen.containers[moment] == seen.containers["enabled"]


def test_what_is_set_stands_in_the_compose_file(seen: Seen) -> None:
    text = seen.files["set"]["compose.yaml"][1].decode()
    assert 'PGBOUNCER_DEFAULT_POOL_SIZE: "9"' in text
    assert 'PGBOUNCER_QUERY_WAIT_TIMEOUT: "33"' in text
    assert "default_pool_size=7" not in text


def test_setting_the_same_again_writes_nothing_and_counts(seen: Seen) -> None:
    answer = seen.answers["again"]
    assert not answer["written"]
    assert [(o["key"], o["later"]) for o in answer["settings"]] == [
        ("default_pool_size", ""),
        ("query_wait_timeout", ""),
        ("server_reset_query", ""),
    ]


def test_what_needs_a_restart_is_said(seen: Seen) -> None:
    later = {o["key"]: (bool(o["later"]), o["running"]) for o in seen.answers["later"]["settings"]}
    assert later == {"pkt_buf": (True, True), "db_pool_size": (True, True)}
    stdout, _ = seen.said["later"]
    assert "restart needed: docker compose up -d pgbouncer" in stdout
    assert "max_client_conn=900 applies now" in stdout
    found = seen.config["later"]
    assert (found["pkt_buf"], found["max_client_conn"]) == (seen.config["enabled"]["pkt_buf"], "900")


def test_what_pgbouncer_refuses_is_shown_and_taken_back(seen: Seen) -> None:
    _, stderr = seen.said["refused"]
    assert "[set-refused]" in stderr
    assert "`server_check_query`" in stderr
    assert seen.config["refused"] == seen.config["later"]
    assert seen.files["refused"] == seen.files["later"]


# --- reload ---


def test_reload_keeps_what_was_set(seen: Seen) -> None:
    assert seen.said["reload"][0] == "pgbouncer: reloaded\n"
    assert seen.config["reloaded"] == seen.config["later"]


def test_what_reload_reports_is_shown(seen: Seen) -> None:
    _, stderr = seen.said["reload fails"]
    assert "[reload-failed]" in stderr
    assert "pool_mode" in stderr
    assert seen.config["not reloaded"]["pool_mode"] == "transaction"


def test_without_a_running_pooler_only_the_file_changes_and_that_is_said(seen: Seen) -> None:
    assert seen.said["reload stopped"][0] == "pgbouncer: not running\n"
    (outcome,) = seen.answers["stopped"]["settings"]
    assert (outcome["later"], outcome["running"]) == ("it is not running", False)
    assert seen.answers["stopped"]["written"]


# --- the session alias ---


def test_behind_the_door_a_session_keeps_what_it_set(seen: Seen) -> None:
    words = seen.said["keeps"][0].split()
    assert words[:3] == ["kept", "in", "notes"]
    assert words[-1] != "None"


def test_the_door_is_in_session_mode_and_the_rest_is_not(seen: Seen) -> None:
    pools = seen.answers["pools"]
    assert (pools["notes_session"], pools["notes"]) == ("session", "transaction")
    assert seen.answers["at the session alias"][seen.answers["worker"]["address"]] == "notes_session"


def test_an_app_at_the_door_is_pooled_like_the_others(seen: Seen) -> None:
    routes = {r["service"]: r["pooled"] for r in seen.answers["status"]["routes"]}
    assert routes == {"web": True, "worker": True}
    assert seen.answers["status"]["drift"] == []


def test_a_migration_of_an_app_at_the_door_has_the_direct_name(seen: Seen) -> None:
    assert seen.said["migrated"][0].split()[-1] == "notes"


def test_the_settings_of_before_are_kept_and_those_without_a_value_are_gone(seen: Seen) -> None:
    found = seen.config["session"]
    assert (found["default_pool_size"], found["scram_iterations"], found["stats_period"]) == ("9", "256", "60")
    assert found["pkt_buf"] == seen.config["enabled"]["pkt_buf"]


# --- in the end ---


def test_disable_takes_all_of_it_out(seen: Seen) -> None:
    assert seen.files["disabled"] == seen.files["before"]


def test_no_password_is_said(seen: Seen) -> None:
    said = "".join(map("".join, seen.said.values())) + json.dumps(seen.answers)
    assert PASSWORD not in said
