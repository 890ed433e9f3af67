"""What happens to every application: used directly, pooled while it runs, disturbed, migrated, and taken back."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from demo_rig import DEVPOOL
from pooler_rig import eventually

from apps.load import Load
from apps.project import AppProject
from apps.seen import Event, Phase, Story

SECONDS = 5
_START_SECONDS = 300
_FOUND = (0, 4)  # exit codes of `devpool check`: nothing, and something
_OF_LOAD = ("pool", "clients", "waiting", "connections")  # checks that judge how much the clients here ask for


def tell(project: AppProject, seconds: float = SECONDS) -> Story:
    """Run an application through all of it, and say what was seen.

    Args:
        project: its project, not started.
        seconds: how long the clients work in each phase.
    """
    app = project.app
    story = Story(title=app.title, driver=app.driver)
    _say(project, "images and start")
    project.build()
    project.up()
    app.prepare(project)
    story.version, story.postgres = project.version(), project.sql("SHOW server_version").split()[0]
    _directly(project, story, seconds)
    story.notes = project.ask("enable", "--dry-run")["notes"]
    _told(project)
    before = project.tree()
    _enabled(project, story)
    _pooled(project, story, seconds)
    _migrated(project, story)
    _disturbed(project, story)
    _taken_back(project, story, seconds)
    story.machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f} meanwhile"
    after = project.tree()
    story.bytes_differ = sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))
    return story


def _say(project: AppProject, words: str) -> None:
    sys.stderr.write(f"{project.app.title}: {words}\n")
    sys.stderr.flush()


def _directly(project: AppProject, story: Story, seconds: float) -> None:
    _say(project, "directly")
    story.direct = _work(project, "direct", seconds)
    story.direct_reaction = _reaction(project)
    story.direct_event = _event(project, "away", lambda: _recreate(project, project.app.server))


def _told(project: AppProject) -> None:
    """Change what `enable` told to change."""
    if project.app.change:
        name, old, new = project.app.change
        file = project.folder / name
        file.write_text(file.read_text().replace(old, new))


def _enabled(project: AppProject, story: Story) -> None:
    _say(project, "enable")
    project.ask("enable", *project.app.options)
    found = project.ask("status")
    story.routes = {r["service"]: _way(r) for r in found["routes"]}
    story.reasons = {r["service"]: r["reason"] for r in found["routes"]}
    story.pgbouncer = found["poolers"][0].get("version") or ""


def _way(route: dict[str, Any]) -> str:
    if not route["pooled"]:
        return "direct"
    return "pooled by name" if route["by_name"] else "pooled"


def _pooled(project: AppProject, story: Story, seconds: float) -> None:
    """The checks look while the clients work: what they leave behind is seen then, if ever."""
    _say(project, "pooled")
    story.pooled = _work(project, "pooled", seconds)
    story.pooled_reaction = _reaction(project)
    with _load(project, "checked"):
        time.sleep(1)
        story.findings = _check(project)


def _reaction(project: AppProject) -> float | None:
    project.forget()
    return round(project.app.reacts(project), 1) if project.app.reacts else None


def _check(project: AppProject) -> list[str]:
    """What `check --leaks` does not find well."""
    done = project.call([*DEVPOOL, "check", "--leaks", "--json"])
    assert done.returncode in _FOUND, done.stdout + done.stderr
    found = (c for c in json.loads(done.stdout)["checks"] if c["level"] in ("warning", "critical"))
    return [f"{c['check']}: {c['subject']}: {c['message']}" for c in found if c["check"] not in _OF_LOAD]


def _migrated(project: AppProject, story: Story) -> None:
    if project.app.migrate:
        _say(project, "migrate")
        done = json.loads(project.devpool("--json", "migrate", *project.app.migrate)[0])
        story.migration = " ".join(done["command"])


def _disturbed(project: AppProject, story: Story) -> None:
    _say(project, "database recreated, pooler recreated")
    story.database_event = _event(project, "base", lambda: _recreate(project, project.app.server))
    story.pooler_event = _event(project, "pool", lambda: _recreate(project, "pgbouncer"))


def _taken_back(project: AppProject, story: Story, seconds: float) -> None:
    _say(project, "disable")
    rows = project.rows()
    project.devpool("disable")
    story.rows_lost = rows - project.rows()
    story.after = _work(project, "after", seconds)


# --- clients ---


def _load(project: AppProject, name: str) -> Load:
    project.forget()
    return Load(lambda _: project.app.client(project), project.app.clients, name)


def _ready(project: AppProject) -> None:
    """Every client is served: what was recreated has started."""
    eventually(project.is_healthy, "every service is healthy", seconds=_START_SECONDS)
    with _load(project, f"ready{time.monotonic_ns()}n") as load:
        assert load.settled(), load.reasons()


def _work(project: AppProject, name: str, seconds: float) -> Phase:
    _ready(project)
    before = project.rows()
    with _load(project, name) as load:
        held = project.most_connections(seconds)
    return Phase(
        done=sum(load.done),
        errors=len(load.failures),
        per_second=round(sum(load.done) / load.seconds, 1),
        held=held,
        rows=project.rows() - before,
        reasons=load.reasons(),
    )


def _event(project: AppProject, name: str, happens: Callable[[], None]) -> Event:
    with _load(project, name) as load:
        assert load.settled(), load.reasons()
        load.failures.clear()
        began = time.monotonic()
        happens()
        healed = load.settled()
    last = max([began, *(f.at for f in load.failures)])
    return Event(healed=healed, seconds=round(last - began, 1), errors=len(load.failures), reasons=load.reasons())


def _recreate(project: AppProject, service: str) -> None:
    project.compose("up", "--detach", "--force-recreate", "--no-deps", "--timeout=5", service)
    project.wait_for_postgres()
    if service == project.app.server and project.app.restarts:
        project.compose("restart", "--timeout=5", *project.app.restarts)
