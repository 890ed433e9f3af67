"""What an app sets for its session and a transaction pool does not keep."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.session_settings import unkept

URL = "postgres://u:p@db:5432/x"


def said(environment: dict[str, str], *, in_session: bool = False) -> list[str]:
    lines = "".join(f"      {name}: '{value}'\n" for name, value in environment.items())
    found = project(f"services:\n  db: {{image: postgres:17}}\n  web:\n    image: a\n    environment:\n{lines}")
    return [s.split(":")[0] for s in unkept(found, "web", found.of("web"), in_session=in_session)]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"URL": URL}, []),
        ({"URL": f"{URL}?search_path=a"}, ["web.URL sets search_path, which a pooler does not pass on"]),
        ({"URL": f"{URL}?sslmode=disable"}, []),
        (
            {"URL": URL, "PGOPTIONS": "-c search_path=a"},
            ["web.PGOPTIONS sets search_path, which a pooler does not pass on"],
        ),
        ({"URL": URL, "PGOPTIONS": ""}, []),
    ],
)
def test_what_is_not_passed_on_is_named(environment: dict[str, str], expected: list[str]) -> None:
    assert said(environment) == expected


def test_what_an_app_s_own_pool_sets_once_lasts_in_a_session_pool() -> None:
    environment = {"URL": URL, "DB_SEARCH_PATH": "tenant"}
    assert len(said(environment)) == 1
    assert said(environment, in_session=True) == []
