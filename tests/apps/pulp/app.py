"""Pulp, which keeps repositories of packages: clients of its API, and workers that wait for tasks with LISTEN."""

from __future__ import annotations

import time

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import Web, expect

_API = "/pulp/api/v3"
_LONGEST = 60.0
_POLL = 0.05


def _web(project: AppProject) -> Web:
    web = project.web("pulp_api", 24817)
    web.log_in("admin", "secret")
    return web


def _client(project: AppProject) -> Work:
    web = _web(project)

    def work(name: str) -> None:
        made = web.ask("POST", f"{_API}/groups/", {"name": name})
        expect(web.ask("GET", f"{_API}/groups/?name={name}")["results"], [made], "a group by its name")

    return work


def _reacts(project: AppProject) -> float:
    """Until a worker has done a task."""
    web, began = _web(project), time.monotonic()
    task = web.ask("POST", f"{_API}/orphans/cleanup/", {})["task"]
    while web.ask("GET", task)["state"] not in ("completed", "failed") and time.monotonic() < began + _LONGEST:
        time.sleep(_POLL)
    return time.monotonic() - began


APP = App(
    title="Pulp",
    driver="Python, Django, psycopg 3; LISTEN and session advisory locks in its workers",
    source="https://pulpproject.org/pulp-oci-images/docs/admin/tutorials/quickstart/",
    images={"stand-in.localhost/pulp/pulp-minimal:latest": "image"},
    version=("pulp_api", "python3", "-c", "import importlib.metadata as m; print(m.version('pulpcore'))"),
    routes={
        "pulp_api": "pooled by name",
        "pulp_worker": "direct",
        "migration_service": "direct",
        "set_init_password_service": "direct",
    },
    user="pulp",
    database="pulp",
    server="postgres",
    rows="SELECT count(*) FROM core_group",
    client=_client,
    reacts=_reacts,
    migrate=("pulp_api", "--", "pulpcore-manager", "migrate", "--noinput"),
)
