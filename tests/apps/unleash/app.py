"""Unleash, feature flags from Node.js: clients that make flags, change them, and read them."""

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
        web.ask("PUT", f"{_FLAGS}/{name}", {"name": name, "type": "release", "description": f"of {name}"})
        expect(web.ask("GET", f"{_FLAGS}/{name}")["description"], f"of {name}", "a flag")

    return work


APP = App(
    title="Unleash",
    driver="Node.js, Knex, node-postgres",
    source="https://docs.getunleash.io/self-hosted/getting-started",
    images={"stand-in.localhost/unleashorg/unleash-server:6": "image"},
    version=("web", "node", "-p", "require('unleash-server/package.json').version"),
    routes={"web": "pooled"},
    user="unleash",
    database="db",
    rows="SELECT count(*) FROM features",
    client=_client,
    options=("--session", "web"),
    why="It migrates at every start, and the lock of that is one of its session. It keeps 4 connections.",
)
