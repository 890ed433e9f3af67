"""Minion, the job queue of Mojolicious in Perl: clients that enqueue jobs, and a worker that waits for them."""

from __future__ import annotations

import time
from typing import Any

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import Web, expect

_LONGEST = 40.0
_POLL = 0.05


def _info(web: Web, job: int) -> dict[str, Any]:
    return dict(web.ask("GET", f"/mails/{job}"))


def _client(project: AppProject) -> Work:
    web = project.web("web", 3000)

    def work(name: str) -> None:
        job = web.ask("POST", "/mails", {"to": name})["id"]
        found = _info(web, job)
        expect((found["args"], found["state"]), ([name], "inactive"), "a new job")

    return work


def _reacts(project: AppProject) -> float:
    """Until the worker, which waits for a notification, has done an urgent job."""
    web = project.web("web", 3000)
    began = time.monotonic()
    job = web.ask("POST", "/mails", {"to": "somebody", "queue": "urgent"})["id"]
    while _info(web, job)["state"] != "finished" and time.monotonic() < began + _LONGEST:
        time.sleep(_POLL)
    return time.monotonic() - began


APP = App(
    title="Minion",
    driver="Perl, DBD::Pg",
    source="https://docs.mojolicious.org/Minion/Guide",
    images={"stand-in.localhost/mojolicious:latest": "image"},
    version=("web", "perl", "-MMinion", "-E", "say Minion->VERSION"),
    routes={"web": "pooled", "worker": "direct"},
    user="mails",
    database="mails",
    rows="SELECT count(*) FROM minion_jobs WHERE queue = 'default'",
    client=_client,
    restarts=("worker",),  # it ends with its database, and Docker waits longer before each further start
    reacts=_reacts,
)
