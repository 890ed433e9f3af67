"""Which drivers an app's own files name, and which files of a project are its own."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import pytest
from disk_project import project

from devpool.checks.installed import Installed
from devpool.load.declared_drivers import declared_drivers

COMPOSE = """\
services:
  db: {image: postgres:17}
  web: {build: app, environment: {DATABASE_URL: 'postgres://a:b@db/x?pgbouncer=true'}}
  api: {build: api}
"""
FILES = {"compose.yml": COMPOSE, "app/Dockerfile": "FROM a\nCOPY . .\n", "api/Dockerfile": "FROM a\nCOPY src .\n"}


def declared(folder: Path, files: dict[str, str], *services: str) -> list[Installed]:
    return list(declared_drivers(project(folder, {**FILES, **files}), services or ("web", "api")))


@pytest.mark.parametrize(
    "path",
    [
        *("app/.venv/django/requirements.txt", "app/node_modules/x/package.json", "app/tests/requirements.txt"),
        *("app/a/b/c/requirements.txt", "requirements.txt", "other/requirements.txt", "api/requirements.txt"),
    ],
)
def test_a_file_that_is_none_of_the_apps_own_tells_nothing(tmp_path: Path, path: str) -> None:
    text = '{"dependencies": {"postgres": "^3"}}' if path.endswith("json") else "django==5.1\n"
    assert declared(tmp_path, {path: text}) == []


def test_a_file_that_dockerignore_keeps_out_tells_nothing(tmp_path: Path) -> None:
    files = {"app/requirements.txt": "django\n", "app/.dockerignore": "*.txt\n"}
    assert declared(tmp_path, files) == []


def test_a_file_that_leads_out_of_the_root_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("django==5.1\n")
    (tmp_path / "p" / "app").mkdir(parents=True)
    (tmp_path / "p" / "app" / "requirements.txt").symlink_to(tmp_path / "secret")
    assert declared(tmp_path / "p", {}) == []


def test_packages_settings_and_databases_are_gathered_with_their_places(tmp_path: Path) -> None:
    settings = "DATABASES = {'default': {'ENGINE': 'postgresql', 'DISABLE_SERVER_SIDE_CURSORS': True}}\n"
    files = {"app/requirements.txt": "django\n", "app/uv.lock": 'name = "django"\nversion = "5.1"\n'}
    (found,) = declared(tmp_path, {**files, "app/shop/settings.py": settings})
    assert (found.app, found.packages, found.places) == ("web", {"django": "5.1"}, {"django": "app/uv.lock:1"})
    assert [d["place"] for d in found.django] == ["app/shop/settings.py:1"]
    assert [m.place for m in found.mentions] == ["app/shop/settings.py:1"]
    assert [(m.place, m.text) for m in found.flags] == [("DATABASE_URL", "pgbouncer=true")]


def test_each_service_has_what_its_own_folder_says(tmp_path: Path) -> None:
    files = {"app/requirements.txt": "asyncpg\n", "api/src/go.mod": "require github.com/lib/pq v1.10.9\n"}
    assert [(i.app, *i.packages) for i in declared(tmp_path, files)] == [
        ("web", "asyncpg"),
        ("api", "github.com/lib/pq"),
    ]


def test_a_folder_that_another_service_is_built_from_is_not_of_the_one_around_it(tmp_path: Path) -> None:
    compose = "services:\n  db: {image: postgres:17}\n  web: {build: .}\n  api: {build: api}\n"
    files = {"compose.yml": compose, "Dockerfile": "FROM a\nCOPY . .\n", "api/requirements.txt": "django\n"}
    assert declared(tmp_path, files, "web") == []


def test_a_project_of_many_files_takes_less_than_a_tenth_of_a_second(tmp_path: Path) -> None:
    source = "import os\n\n\ndef view(request):\n    return prepare(request)\n" * 20
    files = {f"app/shop/m{n}/views{m}.py": source for n in range(20) for m in range(5)}
    lock = "".join(f'[[package]]\nname = "p{n}"\nversion = "1.{n}"\n\n' for n in range(300))
    files |= {"app/uv.lock": f'{lock}name = "django"\nversion = "5.1"\n', "app/requirements.txt": "django\n"}
    found = project(tmp_path, {**FILES, **files})
    taken = []
    for _ in range(5):
        began = time.process_time()
        assert [i.app for i in declared_drivers(found, ["web"])] == ["web"]
        taken.append(time.process_time() - began)
    assert median(taken) < 0.1


def test_the_search_ends_in_a_folder_without_end(tmp_path: Path) -> None:
    files = {f"app/d{n}/x/y.txt": "" for n in range(3_000)}
    assert declared(tmp_path, {**files, "app/requirements.txt": "django\n"}, "web")[0].packages == {"django": ""}


def test_a_service_that_is_gone_when_the_files_are_read_again_tells_nothing(tmp_path: Path) -> None:
    (found,) = declared(tmp_path, {"app/requirements.txt": "django==5.1\n"}, "gone", "web")
    assert found.app == "web"
