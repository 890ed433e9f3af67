"""`devpool direct` refuses by name what it cannot do, before any container is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_bad_input import folder, refuse, run, shell
from cli.test_migrate import project

__all__ = ["folder", "shell"]  # fixtures


@pytest.mark.parametrize(
    ("service", "code", "said"),
    [
        ("nosuch", "unknown-service", "apps of this project: web, api"),
        ("wbe", "unknown-service", "did you mean `web`?"),
        ("db", "no-database-setting", "devpool psql --direct db"),
    ],
)
def test_it_is_refused_with_the_way_out(
    folder: Path, shell: dict[str, str], service: str, code: str, said: str
) -> None:
    assert said in refuse(project(folder), shell, code, "direct", service).stderr


def test_it_needs_a_service(folder: Path, shell: dict[str, str]) -> None:
    assert run(project(folder), shell, "direct").returncode == 2


def test_what_follows_the_dashes_is_never_an_option_of_devpool(folder: Path, shell: dict[str, str]) -> None:
    done = run(project(folder), shell, "direct", "nosuch", "--", "--json", "--help")
    assert (done.returncode, done.stdout) == (1, "")
