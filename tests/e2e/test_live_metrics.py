"""The exporter beside the pooler, a real Prometheus that scrapes it, and devpool's own metrics and sizes, on one demo
project, told as a story.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from demo_rig import DEMO, PASSWORD, PASSWORD_IN_URL, DemoProject, demo_project
from pooler_rig import docker, eventually
from unit.test_dashboard import BOARD, asked, queries

pytestmark = pytest.mark.slow

PROMETHEUS = Path(__file__).parent / "prometheus"
WITH_PROMETHEUS = "services:\n  prometheus:\n    build: ./prometheus\n"
EXPORTER, METRICS = "pgbouncer-exporter", "http://pgbouncer-exporter:9127/metrics"
# What the exporter has of itself, and what only newer ones than Debian's have.
ITS_OWN = re.compile(r"(go|process|promhttp|pgbouncer_exporter)_")
NEWER = {
    "pgbouncer_client_connections",
    "pgbouncer_databases_reserve_pool",
    *(f"pgbouncer_stats_{end}_total" for end in ("binds", "client_parses", "server_assignments", "server_parses")),
}
# Not moving: what the healthcheck and the console do changes from one question to the next.
QUIET = re.compile(r'database="notes"|name="notes"|_config_|_version_|_up ')

PANELS = sorted(set(queries({"panels": BOARD["panels"]})))

Samples = dict[str, float]


@dataclass(kw_only=True)
class Seen:
    """What was seen, in the order in which it happened."""

    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    files: dict[str, dict[str, tuple[int, bytes]]] = field(default_factory=dict)
    things: dict[str, set[str]] = field(default_factory=dict)
    metrics: dict[str, str] = field(default_factory=dict)
    panels: dict[str, list[Any]] = field(default_factory=dict)


def get(project: DemoProject, *urls: str) -> str:
    """What URLs of the project's network answer, asked from inside of it; "" while one does not answer."""
    code = "import sys, urllib.request as u; [print(u.urlopen(a, timeout=5).read().decode()) for a in sys.argv[1:]]"
    done = project.call(["docker", "compose", "exec", "-T", "web", "python3", "-c", code, *urls])
    return done.stdout if done.returncode == 0 else ""


def ask(project: DemoProject, *wanted: str) -> list[list[Any]]:
    """What Prometheus finds for each query; nothing while it does not answer."""
    urls = [f"http://prometheus:9090/api/v1/query?query={quote(query)}" for query in wanted]
    answers = get(project, *urls).splitlines()
    return [json.loads(answer)["data"]["result"] for answer in answers]


def value(project: DemoProject, query: str) -> float | None:
    found = ask(project, query)
    return float(found[0][0]["value"][1]) if found and found[0] else None


def samples(text: str) -> Samples:
    """Prometheus' text, each value by its name and labels."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(number) for name, _, number in lines if not ITS_OWN.match(name)}


def names(text: str) -> set[str]:
    return {key.partition("{")[0] for key in samples(text)}


def admin(project: DemoProject, command: str) -> list[dict[str, str]]:
    text = project.compose("exec", "-T", "pgbouncer", "pooler-admin", command)
    return [dict(row) for row in csv.DictReader(io.StringIO(text))]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Seen]:
    with demo_project(tmp_path_factory.mktemp("metrics"), plain_shell, "metrics") as project:
        shutil.copytree(PROMETHEUS, project.folder / "prometheus")
        (project.folder / "compose.override.yaml").write_text(WITH_PROMETHEUS)
        yield tell(project)


def tell(project: DemoProject) -> Seen:
    seen = Seen()
    seen.files["before"] = project.tree()
    project.up()
    seen.things["before"] = project.things()
    seen.answers["size, direct"] = project.ask("size")
    seen.said["enable"] = project.devpool("enable", "--metrics")
    seen.said["again"] = project.devpool("enable", "--no-up")
    under_load(project, seen)
    compared(project, seen)
    guarded(project, seen)
    pooler_down(project, seen)
    sized(project, seen)
    seen.said["without"] = project.devpool("enable", "--no-metrics")
    seen.things["without"], seen.files["without"] = project.things(), project.tree()
    seen.answers["volume left"] = docker("volume", "inspect", seen.answers["volume"], check=False).returncode == 0
    seen.said["disable"] = project.devpool("disable")
    seen.things["after"], seen.files["after"] = project.things(), project.tree()
    return seen


def under_load(project: DemoProject, seen: Seen) -> None:
    project.burst()
    project.compose("stop", "worker")
    waiting = "sum(pgbouncer_pools_client_active_connections{database='notes'})"
    rows = [row for row in admin(project, "SHOW POOLS") if row["database"] == "notes"]
    seen.answers["clients"] = sum(int(row["cl_active"]) for row in rows)
    seen.answers["scraped"] = eventually(
        lambda: value(project, waiting) == seen.answers["clients"], "Prometheus has the clients of now"
    )
    # A rate needs two scrapes; the burst was some seconds ago.
    plain = [query.replace("$__rate_interval", "1m").replace("$database", ".+") for query in PANELS]
    found = eventually(lambda: all(ask(project, *plain)) and ask(project, *plain), "Prometheus answers each of them")
    seen.panels = dict(zip(PANELS, found, strict=True))


def compared(project: DemoProject, seen: Seen) -> None:
    seen.metrics["devpool"] = project.devpool("metrics")[0]
    seen.metrics["exporter"] = get(project, METRICS)
    seen.metrics["devpool again"] = project.devpool("metrics")[0]


def guarded(project: DemoProject, seen: Seen) -> None:
    """The exporter's account, tried from another container with its own password; and its container."""
    (container,) = project.containers()[EXPORTER]
    pgpass = project.compose("exec", "-T", EXPORTER, "cat", "/run/devpool-metrics/pgpass")
    password = pgpass.strip().rpartition(":")[2]
    seen.answers["password"] = password
    for name, database, sql in (
        ("reads", "pgbouncer", "SHOW POOLS"),
        ("reloads", "pgbouncer", "RELOAD"),
        ("enters", "notes", "SELECT 1"),
    ):
        url = f"postgres://devpool_metrics:{password}@pgbouncer:6432/{database}?connect_timeout=5"
        done = project.call(["docker", "compose", "exec", "-T", "db", "psql", "-X", url, "-c", sql])
        seen.answers[name] = (done.returncode, done.stdout + done.stderr)
    seen.answers["container"] = json.loads(docker("inspect", container).stdout)[0]
    (mount,) = seen.answers["container"]["Mounts"]
    seen.answers["volume"] = mount["Name"]
    script = "tr '\\0' '\\n' </proc/1/environ; tr '\\0' ' ' </proc/1/cmdline; id -u; touch /x"
    done = project.call(["docker", "compose", "exec", "-T", EXPORTER, "sh", "-c", script])
    seen.answers["inside"] = (done.stdout, done.stderr)
    seen.answers["logs"] = project.compose("logs", EXPORTER, "pgbouncer")


def pooler_down(project: DemoProject, seen: Seen) -> None:
    project.compose("stop", "pgbouncer")
    seen.said["down"] = project.devpool("metrics")
    seen.metrics["down, exporter"] = get(project, METRICS)
    eventually(lambda: value(project, "pgbouncer_up") == 0, "Prometheus sees that the pooler is down")
    project.compose("start", "pgbouncer")
    eventually(lambda: value(project, "pgbouncer_up") == 1, "the exporter comes in again after a restart of the pooler")
    project.compose("up", "--detach", "--no-deps", "--force-recreate", "--wait", "pgbouncer")
    eventually(lambda: value(project, "pgbouncer_up") == 1, "and into another container of it")


def sized(project: DemoProject, seen: Seen) -> None:
    load = subprocess.Popen(
        ["docker", "compose", "exec", "-T", "web", "python3", "burst.py", "--clients=20", "--seconds=30"],
        cwd=project.folder,
        env=project.environ,
        stdout=subprocess.DEVNULL,
    )
    seen.answers["size, loaded"] = project.ask("size", "--seconds", "1")
    load.kill()
    load.wait()
    seen.answers["applied"] = project.ask("size", "--apply")
    seen.answers["config"] = {row["key"]: row["value"] for row in admin(project, "SHOW CONFIG")}


# --- the exporter ---


def test_enable_adds_an_exporter_that_answers(seen: Seen) -> None:
    assert f"Prometheus metrics of pgbouncer at {METRICS}" in seen.said["enable"][0]
    assert samples(seen.metrics["exporter"])["pgbouncer_up"] == 1
    assert "already enabled: no file to change" in seen.said["again"][0]


def test_prometheus_has_what_pgbouncer_says(seen: Seen) -> None:
    assert seen.answers["clients"] > 40
    assert seen.answers["scraped"]


@pytest.mark.parametrize("query", PANELS)
def test_prometheus_answers_every_query_of_the_dashboard(seen: Seen, query: str) -> None:
    assert seen.panels[query]


def test_everything_the_dashboard_asks_for_is_printed_by_the_exporter_and_by_devpool(seen: Seen) -> None:
    assert asked() <= names(seen.metrics["exporter"])
    assert asked() <= names(seen.metrics["devpool"])
    assert "pgbouncer_nothing" not in names(seen.metrics["exporter"])


# --- devpool metrics beside it ---


def test_devpool_prints_the_names_of_the_exporter_and_those_of_newer_ones(seen: Seen) -> None:
    theirs, ours = names(seen.metrics["exporter"]), names(seen.metrics["devpool"])
    assert len(theirs) > 35
    assert theirs - ours == set()
    assert ours - theirs == NEWER


def test_names_labels_and_types_are_the_same(seen: Seen) -> None:
    theirs, ours = samples(seen.metrics["exporter"]), samples(seen.metrics["devpool"])
    # The exporter's own connection may have a pool by now, or none.
    own = re.compile(r'database="pgbouncer",user=')
    assert {key for key in theirs if not own.search(key)} - ours.keys() == set()
    types = [
        {line for line in text.splitlines() if line.startswith("# TYPE") and line.split()[2] in names(text)}
        for text in (seen.metrics["exporter"], seen.metrics["devpool"])
    ]
    assert types[0] - types[1] == set()


def test_the_values_are_the_same(seen: Seen) -> None:
    theirs = samples(seen.metrics["exporter"])
    before, after = samples(seen.metrics["devpool"]), samples(seen.metrics["devpool again"])
    quiet = {key for key in theirs if QUIET.search(f"{key} ") and "devpool_health" not in key}
    assert len(quiet) > 25
    assert {key: theirs[key] for key in quiet} == {key: before[key] for key in quiet}
    assert {key: theirs[key] for key in quiet} == {key: after[key] for key in quiet}
    assert theirs['pgbouncer_stats_sql_transactions_pooled_total{database="notes"}'] > 100


# --- what the exporter may and may not ---


def test_its_account_reads_the_console_and_can_do_nothing_else(seen: Seen) -> None:
    assert seen.answers["reads"][0] == 0
    assert "notes" in seen.answers["reads"][1]
    assert seen.answers["reloads"][0] != 0
    assert "admin access needed" in seen.answers["reloads"][1]
    assert seen.answers["enters"][0] != 0


def test_its_container_is_locked_down(seen: Seen) -> None:
    found = seen.answers["container"]
    host = found["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["SecurityOpt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert not host["PortBindings"]
    stdout, stderr = seen.answers["inside"]
    assert stdout.splitlines()[-1].split()[-1] == "6432"
    assert "Read-only file system" in stderr


def test_no_password_is_where_it_need_not_be(seen: Seen) -> None:
    """The exporter has none of the database, and its own is in one file alone."""
    places = [json.dumps(seen.answers["container"]), *seen.answers["inside"], seen.answers["logs"]]
    places += [text for said in seen.said.values() for text in said]
    files = [data for name, (_, data) in seen.files["without"].items() if name.startswith(".devpool/")]
    assert re.fullmatch("[0-9a-f]{48}", seen.answers["password"])
    for secret in (PASSWORD, PASSWORD_IN_URL, seen.answers["password"]):
        assert not [place for place in places if secret in place]
        assert not [data for data in files if secret.encode() in data]
    assert PASSWORD.encode() in (DEMO / "compose.yaml").read_bytes()  # it would have been found


# --- the pooler down ---


def test_of_a_pooler_that_is_down_only_that_is_known(seen: Seen) -> None:
    stdout, stderr = seen.said["down"]
    assert samples(stdout) == {"pgbouncer_up": 0}
    assert "warning: pgbouncer is not running" in stderr
    assert samples(seen.metrics["down, exporter"])["pgbouncer_up"] == 0


# --- size ---


def steps(answer: dict[str, Any]) -> dict[str, int]:
    (body,) = answer["databases"]
    return {step["name"]: step["value"] for step in body["steps"]}


def test_a_running_server_is_asked_for_its_limits(seen: Seen) -> None:
    found = steps(seen.answers["size, direct"])
    assert (found["max_connections"], found["reserved"], found["web"], found["worker"]) == (100, 3, 64, 1)
    sources = {s["name"]: s["how"] for s in seen.answers["size, direct"]["databases"][0]["steps"]}
    assert sources["max_connections"] == "from the server"
    assert "pg_stat_activity" in sources["now"]


def test_a_load_is_measured_at_the_pooler(seen: Seen) -> None:
    (body,) = seen.answers["size, loaded"]["databases"]
    (load,) = [step for step in body["steps"] if step["name"] == "in use"]
    rate, milliseconds, busy = map(float, re.findall(r"(\d+\.\d+)", load["how"])[:3])
    assert rate > 1
    assert busy == pytest.approx(rate * milliseconds / 1000, rel=0.1, abs=0.02)
    assert load["value"] >= 2 * busy
    (clients,) = [s["value"] for s in body["steps"] if s["name"] == "now" and "pooler" in s["how"]]
    assert clients > 40


def test_what_is_applied_counts_in_the_running_pooler(seen: Seen) -> None:
    (body,) = seen.answers["applied"]["databases"]
    assert seen.answers["applied"]["written"]
    assert not [o for o in seen.answers["applied"]["settings"] if o["later"]]
    assert {key: int(seen.answers["config"][key]) for key in body["settings"]} == body["settings"]


# --- taken out again ---


def test_without_metrics_the_exporter_is_gone_and_the_pooler_stays(seen: Seen) -> None:
    left = seen.things["without"]
    assert [thing for thing in left if "exporter" in thing] == []
    assert any("pgbouncer" in thing for thing in left)
    assert b"exporter" not in seen.files["without"]["compose.yaml"][1]
    assert re.fullmatch("[0-9a-f]{64}", seen.answers["volume"])
    assert not seen.answers["volume left"]


def test_disable_takes_all_of_it_out(seen: Seen) -> None:
    assert seen.files["after"] == seen.files["before"]
    assert seen.things["after"] == seen.things["before"]
