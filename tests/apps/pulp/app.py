"""Pulp, a Django application with a queue of its own: clients that make repositories, and a worker that takes tasks.

Its workers wait for notifications, and hold an advisory lock of their session for as long as a task takes.
"""

from __future__ import annotations

import time
from functools import cache

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import Web, expect

_REPOSITORIES = "/pulp/api/v3/repositories/file/file/"
_LONGEST = 60.0
_POLL = 0.05


@cache
def _session(project: AppProject) -> tuple[str, str]:
    """The cookies of a session and its token: a password with each request would be most of the work."""
    web = project.web("api", 24817)
    web.log_in("admin", "secret")
    headers, _ = web.call("POST", "/pulp/api/v3/login/")
    cookies = [text.partition(";")[0] for text in headers.get_all("Set-Cookie", [])]
    return "; ".join(cookies), next(c.removeprefix("csrftoken=") for c in cookies if c.startswith("csrftoken="))


def _web(project: AppProject) -> Web:
    web = project.web("api", 24817)
    web.headers["Cookie"], web.headers["X-CSRFToken"] = _session(project)
    return web


def _client(project: AppProject) -> Work:
    web = _web(project)

    def work(name: str) -> None:
        made = web.ask("POST", _REPOSITORIES, {"name": name})
        expect(web.ask("GET", made["pulp_href"])["name"], name, "a repository")

    return work


def _reacts(project: AppProject) -> float:
    """Until the worker, which waits for a notification, has removed a repository."""
    web = _web(project)
    made = web.ask("POST", _REPOSITORIES, {"name": f"old{time.monotonic_ns()}"})
    began = time.monotonic()
    task = web.ask("DELETE", made["pulp_href"])["task"]
    while web.ask("GET", task)["state"] != "completed" and time.monotonic() < began + _LONGEST:
        time.sleep(_POLL)
    return time.monotonic() - began


APP = App(
    title="Pulp",
    driver="Python, Django, psycopg 3",
    source="https://pulpproject.org/pulp-oci-images/docs/admin/tutorials/quickstart/",
    images={"stand-in.localhost/pulp/pulp-minimal:latest": "image"},
    version=("api", "python3", "-c", "from importlib.metadata import version; print(version('pulpcore'))"),
    routes={"api": "pooled", "worker": "direct", "migrate": "direct"},
    user="pulp",
    database="pulp",
    rows="SELECT count(*) FROM core_repository",
    client=_client,
    clients=6,  # its four processes answer one each
    why="Its worker is restarted here after its database was replaced, directly and pooled.",
    restarts=("worker",),
    reacts=_reacts,
)
