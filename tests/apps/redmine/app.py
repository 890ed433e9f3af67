"""Redmine, a Rails application: clients that open issues by its API and read them back."""

from __future__ import annotations

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import expect

_KEY = "0123456789abcdef0123456789abcdef01234567"
_SETTING = "INSERT INTO settings (name, value, updated_on) VALUES ('rest_api_enabled', '1', now());"
_TOKEN = (
    "INSERT INTO tokens (user_id, action, value, created_on, updated_on) "
    f"SELECT id, 'api', '{_KEY}', now(), now() FROM users WHERE login = 'admin';"
)


def _prepare(project: AppProject) -> None:
    """The default trackers and states, an API, and a project to open issues in."""
    data = ["REDMINE_LANG=en", "RAILS_ENV=production", "rake", "redmine:load_default_data"]
    project.compose("exec", "-T", "redmine", "env", *data)
    project.sql(_SETTING + _TOKEN)
    project.compose("restart", "redmine")
    project.up()
    web = project.web("redmine", 3000)
    web.headers["X-Redmine-API-Key"] = _KEY
    web.ask("POST", "/projects.json", {"project": {"name": "Work", "identifier": "work"}})
    project.forget()


def _client(project: AppProject) -> Work:
    web = project.web("redmine", 3000)
    web.headers["X-Redmine-API-Key"] = _KEY

    def work(name: str) -> None:
        issue = {"project_id": "work", "subject": name, "priority_id": 2}
        made = web.ask("POST", "/issues.json", {"issue": issue})["issue"]
        found = web.ask("GET", f"/issues/{made['id']}.json")["issue"]
        expect((found["subject"], found["project"]["name"]), (name, "Work"), "an issue")

    return work


APP = App(
    title="Redmine",
    driver="Ruby on Rails, pg",
    source="https://hub.docker.com/_/redmine",
    images={"stand-in.localhost/redmine:latest": "image"},
    version=("redmine", "dpkg-query", "-W", "-f", "${Version}", "redmine"),
    routes={"redmine": "pooled"},
    user="redmine",
    database="redmine",
    rows="SELECT count(*) FROM issues",
    prepare=_prepare,
    client=_client,
    clients=8,  # one process of Ruby answers
    migrate=("redmine", "--", "env", "RAILS_ENV=production", "rake", "db:migrate"),
)
