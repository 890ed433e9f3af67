"""What is said of an app that keeps more connections than a session pool has."""

from __future__ import annotations

import pytest
from memory_project import planned

from devpool.lifecycle.session_notes import session_notes

PROJECT = """\
services:
  db: {{image: postgres:17, environment: {{POSTGRES_PASSWORD: secret}}}}
  web:
    image: shop
    command: {command}
    environment: {{DATABASE_URL: 'postgres://postgres:secret@db:5432/shop'}}
"""
MANY = "gunicorn --worker-class gthread --workers 2 --threads 16 shop.wsgi"
FEW = "gunicorn --worker-class gthread --workers 2 --threads 8 shop.wsgi"


def _said(command: str, **settings: str) -> list[str]:
    return list(session_notes(*planned(PROJECT.format(command=command), settings=settings)))


def test_more_connections_than_a_session_pool_has_are_told_with_the_size_that_lets_all_in() -> None:
    (said,) = _said(MANY, pool_mode="session")
    assert said.startswith("web can keep 32 connections, ")
    assert "more than 20 wait; --set default_pool_size=32" in said


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        (FEW, {"pool_mode": "session"}),
        (MANY, {"pool_mode": "session", "default_pool_size": "32"}),
        (MANY, {}),  # a transaction pool, which they share
        ("./start", {"pool_mode": "session"}),  # nothing says how many it opens
    ],
)
def test_what_fits_or_is_not_known_is_no_note(command: str, settings: dict[str, str]) -> None:
    assert _said(command, **settings) == []
