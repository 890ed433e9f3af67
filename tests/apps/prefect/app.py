"""Prefect's server on asyncpg: clients that keep variables and read them."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect


def _client(project: AppProject) -> Work:
    web = project.web("prefect-server", 4200)

    def work(name: str) -> None:
        made = web.ask("POST", "/api/variables/", {"name": name, "value": f"of {name}"})
        found = web.ask("GET", f"/api/variables/name/{name}")
        expect((found["id"], found["value"]), (made["id"], f"of {name}"), "a variable by its name")

    return work


APP = App(
    title="Prefect",
    driver="Python, SQLAlchemy with asyncpg, Alembic",
    source="https://docs.prefect.io/v3/how-to-guides/self-hosted/docker-compose",
    images={"stand-in.localhost/prefecthq/prefect:3-latest": "image"},
    version=("prefect-server", "python3", "-c", "import importlib.metadata as m; print(m.version('prefect'))"),
    routes={"prefect-server": "pooled"},
    user="prefect",
    database="prefect",
    server="postgres",
    rows="SELECT count(*) FROM variable",
    client=_client,
    migrate=("prefect-server", "--", "prefect", "server", "database", "upgrade", "-y"),
)
