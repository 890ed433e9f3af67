"""Twice the services are at most 2.3 times the work, counted in calls; `bin/bench edit` has the seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from memory_project import COMPOSE, FOLDER, changed

from devpool.cli import run
from devpool.output import Output
from devpool.text.edits import apply
from devpool.undo.locate_edit import digests_of
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


def in_one(variables: int, source: str) -> dict[str, str]:
    """A project with one app of so many URLs, which stand in the compose file, in an env file or in `.env`."""
    urls = [f"postgres://postgres:hunter2@db:5432/app{n}" for n in range(variables)]
    lines = "".join(f"URL{n}={url}\n" for n, url in enumerate(urls))
    head = project(0, "apps") + "  web:\n    image: app\n"
    if source == "env-file":
        return {"compose.yml": f"{head}    env_file: app.env\n", "app.env": lines}
    values = urls if source == "map" else [f"${{URL{n}}}" for n in range(variables)]
    form = "      - URL{}={}\n" if source == "list" else "      URL{}: {}\n"
    stated = "".join(form.format(n, value) for n, value in enumerate(values))
    return {"compose.yml": f"{head}    environment:\n{stated}"} | ({} if source == "map" else {".env": lines})


@pytest.mark.parametrize("source", ["map", "env-file", "dotenv", "list"])
def test_twice_the_variables_of_an_app_are_about_twice_the_work(source: str) -> None:
    first, second = (calls(lambda n=n: changed(in_one(n, source))) for n in (SERVICES, 2 * SERVICES))
    assert second / first <= FACTOR


@pytest.mark.parametrize("source", ["map", "dotenv", "services"])
def test_explain_takes_twice_the_work_for_twice_the_settings(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def work(number: int) -> int:
        files = {"compose.yml": project(number, "apps")} if source == "services" else in_one(number, source)
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return calls(lambda: run(["explain"], Output()))

    work(1)  # what is loaded late is loaded
    assert work(2 * SERVICES) / work(SERVICES) <= FACTOR
