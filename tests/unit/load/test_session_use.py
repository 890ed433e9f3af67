"""What an app's own source does in a session."""

from __future__ import annotations

from pathlib import Path

import pytest
from disk_project import project

from devpool.load.session_use import session_use

COMPOSE = "services:\n  db:\n    image: postgres:17\n  web:\n    build: app\n  job:\n    build: job\n"
FILES = {"compose.yml": COMPOSE, "app/Dockerfile": "FROM a\n", "job/Dockerfile": "FROM a\n"}


def uses(folder: Path, *services: str, **files: str) -> list[tuple[str, str, str]]:
    named = {f"{name.replace('__', '/')}.py": text for name, text in files.items()}
    found = project(folder, {**FILES, **named})
    return [(service, feature.name, place) for service, feature, place in session_use(found, services)]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ('x = 1\ncursor.execute("LISTEN jobs")\ncursor.execute("LISTEN more")\n', 2),
        ('\r\ncursor.execute("LISTEN jobs")\r\n', 2),
        ('# cursor.execute("LISTEN jobs")\n', 0),
        ("x" * 1000 + 'cursor.execute("LISTEN jobs")\n', 0),
        ("", 0),
    ],
)
def test_the_first_line_of_source_that_uses_a_feature_is_named(tmp_path: Path, source: str, line: int) -> None:
    assert uses(tmp_path, "web", app__a=source) == ([("web", "LISTEN", f"app/a.py:{line}")] if line else [])


def test_only_the_apps_that_are_asked_for_are_searched_each_in_its_own_folder(tmp_path: Path) -> None:
    source = 'cursor.execute("LISTEN jobs")\n'
    assert uses(tmp_path, "job", app__a=source) == []
    assert uses(tmp_path, "web", "job", app__a=source, job__b=source) == [
        ("web", "LISTEN", "app/a.py:1"),
        ("job", "LISTEN", "job/b.py:1"),
    ]


def test_each_feature_is_named_once(tmp_path: Path) -> None:
    source = 'cursor.execute("LISTEN jobs")\ncursor.execute("SELECT pg_advisory_lock(1)")\n'
    assert [feature for _, feature, _ in uses(tmp_path, "web", app__a=source, app__b=source)] == [
        "LISTEN",
        "session advisory locks",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "INSTALLED_APPS = ['django_tenants']\n",
        "Apartment.configure do |config|\n",
        "Apartment::Tenant.switch('a') { Order.all }\n",
        "'pgsql' => PostgreSQLSchemaManager::class,\n",
    ],
)
def test_a_library_that_sets_the_search_path_for_each_tenant_is_named(tmp_path: Path, source: str) -> None:
    assert uses(tmp_path, "web", app__a=source) == [("web", "a schema for each tenant", "app/a.py:1")]
