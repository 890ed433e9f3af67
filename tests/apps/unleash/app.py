"""Unleash, a server of feature flags in Node.js: clients that make flags and read them."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect

_FLAGS = "/api/admin/projects/default/features"


def _client(project: AppProject) -> Work:
    web = project.web("web", 4242)
    web.headers["Authorization"] = "*:*.only-in-tests"

    def work(name: str) -> None:
        web.ask("POST", _FLAGS, {"name": name, "type": "release"})
        expect(web.ask("GET", f"{_FLAGS}/{name}")["name"], name, "a flag by its name")

    return work


APP = App(
    title="Unleash",
    driver="Node.js, Knex, node-postgres",
    source="https://docs.getunleash.io/get-started/quickstart",
    images={"stand-in.localhost/unleashorg/unleash-server:latest": "image"},
    version=("web", "node", "-p", "require('unleash-server/package.json').version"),
    routes={"web": "pooled"},
    user="postgres",
    database="db",
    rows="SELECT count(*) FROM features",
    client=_client,
)
