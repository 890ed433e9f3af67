"""Graphite's web application, a Django project: clients that write events and read them by their tag."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect


def _client(project: AppProject) -> Work:
    web = project.web("web", 8080)

    def work(name: str) -> None:
        web.ask("POST", "/events/", {"what": f"deployed {name}", "tags": [name], "data": "of the tests"})
        found = web.ask("GET", f"/events/get_data?tags={name}")
        expect([event["what"] for event in found], [f"deployed {name}"], "the events of a tag")

    return work


APP = App(
    title="Graphite",
    driver="Python, Django, psycopg 2",
    source="https://graphite.readthedocs.io/en/stable/config-local-settings.html",
    images={"stand-in.localhost/graphiteapp/graphite-web:latest": "image"},
    version=("web", "dpkg-query", "-W", "-f", "${Version}", "graphite-web"),
    routes={"web": "pooled by name"},
    user="graphite",
    database="graphite",
    rows="SELECT count(*) FROM events_event",
    client=_client,
    change=("local_settings.py", '"HOST": "db",', '"HOST": "db", "DISABLE_SERVER_SIDE_CURSORS": True,'),
    migrate=("web", "--", "graphite-manage", "migrate", "--noinput"),
)
