"""Prefect's server, on SQLAlchemy and asyncpg: clients that make flow runs and read them back."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect


def _client(project: AppProject) -> Work:
    web = project.web("server", 4200)
    flow = web.ask("POST", "/api/flows/", {"name": "work"})["id"]

    def work(name: str) -> None:
        run = web.ask("POST", "/api/flow_runs/", {"flow_id": flow, "name": name, "state": {"type": "PENDING"}})
        found = web.ask("GET", f"/api/flow_runs/{run['id']}")
        expect((found["name"], found["state_type"]), (name, "PENDING"), "a flow run")

    return work


APP = App(
    title="Prefect",
    driver="Python, SQLAlchemy, Alembic, asyncpg",
    source="https://docs.prefect.io/v3/how-to-guides/self-hosted/docker-compose",
    images={"stand-in.localhost/prefecthq/prefect:3-latest": "image"},
    version=("server", "prefect", "--version"),
    routes={"server": "pooled", "services": "pooled"},
    user="prefect",
    database="prefect",
    rows="SELECT count(*) FROM flow_run",
    client=_client,
    clients=12,  # one process answers
)
