"""A shop on TypeORM: clients that order and find their orders, beside a scheduler that works under a session's lock."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect


def _client(project: AppProject) -> Work:
    web = project.web("web", 8000)

    def work(name: str) -> None:
        web.ask("POST", "/orders", {"number": name})
        expect(web.ask("GET", f"/orders?number={name}")["state"], "taken", "an order")

    return work


APP = App(
    title="A shop on TypeORM, with a scheduler",
    driver="Node.js, TypeORM, node-postgres",
    source="https://typeorm.io/docs/data-source/data-source",
    images={"stand-in.localhost/typeorm-shop:latest": "image"},
    version=("web", "node", "-p", "JSON.parse(fs.readFileSync('node_modules/typeorm/package.json')).version"),
    routes={"web": "pooled", "migrate": "direct", "scheduler": "pooled"},
    user="shop",
    database="shop",
    rows="SELECT count(*) FROM orders",
    options=("--session", "scheduler"),
    why="The scheduler that works is the one whose session has the lock: it gets a session to itself.",
    client=_client,
)
