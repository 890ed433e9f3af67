"""What the user asked enable for is read from the files that it wrote, where its record is missing."""

from __future__ import annotations

from typing import Any

import pytest
from memory_project import planned, project, rewritten

from devpool.decide import tuning
from devpool.decide.options import Options
from devpool.undo.without_state.recognize import former_poolers
from devpool.undo.without_state.recover_state import recovered

APPS = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: sesame}
  web:
    image: web
    environment:
      DATABASE_URL: postgres://postgres:sesame@db:5432/notes
  api:
    image: api
    environment:
      DB_HOST: db
      DB_PORT: "5432"
      DB_NAME: notes
  backup:
    image: backup
    command: pg_dump
    environment:
      DATABASE_URL: postgres://postgres:sesame@db:5432/notes
"""
TWO = (
    APPS
    + """\
  archive:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: sesame}
  both:
    image: both
    environment:
      DATABASE_URL: postgres://postgres:sesame@db:5432/notes
      ARCHIVE_URL: postgres://postgres:sesame@archive:5432/notes
"""
)
MUTE = APPS + "  mute:\n    image: mute\n"
TLS = APPS.replace("@db:5432/notes", "@db:5432/notes?sslmode=require")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (APPS, {}),
        (APPS, {"name": "pool"}),
        (APPS, {"port": "7000"}),
        (APPS, {"publish": 7432}),
        (APPS, {"metrics": True}),
        (APPS, {"direct": ("web",)}),
        (APPS, {"pool": ("backup",)}),
        (APPS, {"session": ("web",)}),
        (APPS, {"session": ("api",)}),
        (APPS, {"settings": {"preset": "ci", "pool_mode": "session", "default_pool_size": "7"}}),
        (APPS, {"settings": {"server_reset_query": "SELECT '$x'"}}),
        (TLS, {}),
        (TLS, {"settings": {"client_tls_sslmode": "require"}}),
        (APPS, {"by_name": ("web",)}),
        (MUTE, {"by_name": ("mute",)}),
        (TWO, {"by_name": ("both:archive",)}),
        (TWO, {"name": "pool", "publish": 7432, "metrics": True}),
        (TWO, {"direct": ("web", "both:archive")}),
        (TWO, {"settings": {"default_pool_size": "7"}}),
        (TWO, {"settings_of": {"archive": {"default_pool_size": "7"}}}),
    ],
)
def test_the_options_of_enable_are_known_again(text: str, options: dict[str, Any]) -> None:
    before, plan = planned(text, **options)
    after = project(rewritten(text, **options)["compose.yml"])
    state = recovered(after, former_poolers(after), before)
    assert state.options == Options(**options)
    assert [(p.name, p.database, p.port, p.exporter) for p in state.poolers] == [
        (p.name, p.database, p.port, p.exporter)
        for p in sorted(plan.poolers, key=lambda p: list(after.services).index(p.name))
    ]
    assert {(r.service, r.database): (r.pooled, r.by_name) for r in state.routes} == {
        (r.service, r.database): (r.pooled, r.by_name) for r in plan.routes
    }
    assert (state.edits, state.private) == ((), ())


def test_an_app_that_reads_a_private_file_is_one_that_enable_has_pooled() -> None:
    """In a clone without that file it has the address of the database."""
    text = rewritten(APPS, direct=("web",))["compose.yml"]
    private = "    env_file: [{path: ./.devpool/env/web.env, required: false}]\n"
    after = project(text.replace("    image: web\n", f"    image: web\n{private}"))
    state = recovered(after, former_poolers(after), project(APPS))
    assert {r.service for r in state.routes if r.pooled} == {"web", "api"}
    assert state.options == Options()
    assert state.private == (".devpool/env/web.env",)


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"preset": "production"},
        {"pool_mode": "session"},
        {"server_tls_sslmode": "verify-full", "tcp_keepidle": "9"},
    ],
)
def test_what_was_chosen_is_the_inverse_of_the_variables(settings: dict[str, str], tls: bool) -> None:
    stated = {n.removeprefix("PGBOUNCER_").lower(): v for n, v in tuning.variables(settings, tls=tls).items()}
    assert tuning.chosen(stated, tls=tls) == settings
