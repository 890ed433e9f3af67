"""Redmine, a Rails application: clients of its REST API that make projects and read them."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect

_KEY = "0123456789abcdef0123456789abcdef01234567"


def _prepare(project: AppProject) -> None:
    project.sql(
        "INSERT INTO settings (name, value, updated_on) VALUES ('rest_api_enabled', '1', now());"
        "UPDATE users SET must_change_passwd = false WHERE login = 'admin';"
        "INSERT INTO tokens (user_id, action, value, created_on, updated_on) "
        f"SELECT id, 'api', '{_KEY}', now(), now() FROM users WHERE login = 'admin'"
    )


def _client(project: AppProject) -> Work:
    web = project.web("redmine", 3000)
    web.headers["X-Redmine-API-Key"] = _KEY

    def work(name: str) -> None:
        web.ask("POST", "/projects.json", {"project": {"name": name, "identifier": name}})
        expect(web.ask("GET", f"/projects/{name}.json")["project"]["name"], name, "a project by its identifier")

    return work


APP = App(
    title="Redmine",
    driver="Ruby, Rails, pg",
    source="https://hub.docker.com/_/redmine",
    images={"stand-in.localhost/redmine:latest": "image"},
    version=("redmine", "dpkg-query", "-W", "-f", "${Version}", "redmine"),
    routes={"redmine": "pooled"},
    user="redmine",
    database="redmine",
    rows="SELECT count(*) FROM projects",
    prepare=_prepare,
    client=_client,
    migrate=("redmine", "--", "bundle", "exec", "rake", "db:migrate"),
)
