"""Miniflux, a reader of feeds in Go: clients that make categories and rename them."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect

_KEY = "only-in-tests"


def _prepare(project: AppProject) -> None:
    project.sql(f"INSERT INTO api_keys (user_id, token, description) SELECT id, '{_KEY}', 'work' FROM users")


def _client(project: AppProject) -> Work:
    web = project.web("miniflux", 8080)
    web.headers["X-Auth-Token"] = _KEY

    def work(name: str) -> None:
        made = web.ask("POST", "/v1/categories", {"title": name})
        expect(made["title"], name, "a new category's title")
        renamed = web.ask("PUT", f"/v1/categories/{made['id']}", {"title": f"{name} again"})
        expect((renamed["id"], renamed["title"]), (made["id"], f"{name} again"), "a renamed category")
        expect(web.ask("GET", f"/v1/categories/{made['id']}/feeds"), [], "feeds of a new category")

    return work


APP = App(
    title="Miniflux",
    why="Without that change other clients' parameters reach a statement: most requests fail, and some would not.",
    driver="Go, lib/pq",
    source="https://miniflux.app/docs/docker.html",
    images={"stand-in.localhost/miniflux/miniflux:latest": "image"},
    version=("miniflux", "miniflux", "-version"),
    routes={"miniflux": "pooled"},
    user="miniflux",
    database="miniflux",
    rows="SELECT count(*) FROM categories",
    prepare=_prepare,
    client=_client,
    change=("compose.yaml", "sslmode=disable", "sslmode=disable&binary_parameters=yes"),
    migrate=("miniflux", "--", "miniflux", "-migrate"),
)
