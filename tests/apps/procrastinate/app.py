"""Procrastinate, a task queue in Python: clients that defer jobs over HTTP, and a worker that waits for them."""

from __future__ import annotations

import time
from typing import Any

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import Web, expect

_LONGEST = 40.0
_POLL = 0.05


def _job(web: Web, job: int) -> dict[str, Any]:
    return dict(web.ask("GET", f"/mails/{job}"))


def _client(project: AppProject) -> Work:
    web = project.web("web", 8000)

    def work(name: str) -> None:
        job = web.ask("POST", "/mails", {"to": name})["id"]
        expect(_job(web, job), {"status": "todo", "to": name}, "a new job")

    return work


def _reacts(project: AppProject) -> float:
    """Until the worker, which waits for a notification, has done an urgent job."""
    web = project.web("web", 8000)
    began = time.monotonic()
    job = web.ask("POST", "/mails", {"to": "somebody", "name": "urgent"})["id"]
    while _job(web, job)["status"] != "succeeded" and time.monotonic() < began + _LONGEST:
        time.sleep(_POLL)
    return time.monotonic() - began


APP = App(
    title="Procrastinate",
    driver="Python, FastAPI, psycopg 3",
    source="https://procrastinate.readthedocs.io/en/stable/quickstart.html",
    images={"stand-in.localhost/procrastinate:latest": "image"},
    version=("web", "python3", "-c", "import procrastinate; print(procrastinate.__version__)"),
    routes={"web": "pooled", "worker": "direct", "schema": "direct"},
    user="mails",
    database="mails",
    rows="SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'default'",
    client=_client,
    why="Its worker does not listen again after its database was replaced, directly either: here it is restarted then.",
    restarts=("worker",),
    reacts=_reacts,
)
