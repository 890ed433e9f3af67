"""Twice the services are at most 2.3 times the work, counted in calls; `bin/bench edit` has the seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from unit.memory_project import COMPOSE, FOLDER, changed

from devpool.text.edits import apply
from devpool.undo.digests import digests_of
from devpool.undo.undo import read_edited, undo

SERVICES = 120
FACTOR = 2.3

_APP = """\
  app{n}:
    image: app
    environment: &env{n}
      DATABASE_URL: postgres://postgres:hunter2@db:5432/app{n}
      OTHER: "{n}"
    depends_on: [db]
"""
_SHARING = """\
  merging{n}:
    <<: *shared
    command: serve {n}
"""
_NAMING = """\
  migrate{n}:
    image: app
    command: python manage.py migrate
    environment: *env{n}
"""
_BESIDE = """\
  cache{n}:
    image: redis
    environment:
      - A=1
"""
KINDS = {"apps": (_APP,), "merging": (_APP, _SHARING), "naming": (_APP, _NAMING), "beside": (_APP, _BESIDE)}


def project(services: int, kind: str) -> str:
    """A compose file of so many services."""
    shared = "x-shared: &shared\n  image: app\n  environment:\n    PGHOST: db\n    PGPASSWORD: hunter2\n"
    head = shared + "services:\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: hunter2}\n"
    texts = KINDS[kind]
    return head + "".join(text.format(n=n) for n in range(services // len(texts)) for text in texts)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, built-in ones among them."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def enable(text: str) -> None:
    changed(text)


def disable(text: str) -> None:
    """After a change of the user, so that each edit has to be found again."""
    _, changes = changed(text)
    after = apply(text, changes.edits)
    edited = "# mine\n" + after
    known = digests_of(text, changes.edits)
    found = undo(read_edited(f"{FOLDER}/{COMPOSE}", edited.encode(), changes.edits), changes.edits, known)
    assert found.text == "# mine\n" + text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("work", [enable, disable])
def test_twice_the_services_are_about_twice_the_work(work: Callable[[str], None], kind: str) -> None:
    first, second = (calls(lambda n=n: work(project(n, kind))) for n in (SERVICES, 2 * SERVICES))
    assert second / first <= FACTOR
