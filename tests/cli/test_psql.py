"""`devpool psql` refuses by name what it cannot do, before any container is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_bad_input import URL, folder, needs_compose, refuse, run, shell, write
from cli.test_migrate import project

__all__ = ["folder", "shell"]  # fixtures


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--pooled"], "not-enabled", "devpool enable"),
        (["--admin"], "not-enabled", "devpool enable"),
        (["nosuch"], "unknown-service", "databases of this project: db"),
    ],
)
def test_it_is_refused_with_the_way_out(
    folder: Path, shell: dict[str, str], words: list[str], code: str, said: str
) -> None:
    assert said in refuse(project(folder), shell, code, "psql", *words).stderr


def test_an_option_of_psql_stands_after_the_dashes(folder: Path, shell: dict[str, str]) -> None:
    assert run(project(folder), shell, "psql", "--nosuch").returncode == 2


@needs_compose
def test_psql_cannot_reach_a_server_elsewhere_without_a_container_that_can(folder: Path, shell: dict[str, str]) -> None:
    url = URL.replace("@db", "@pg.corp.net")
    write(folder, compose_yml=f"services:\n  web:\n    image: app\n    environment:\n      DATABASE_URL: {url}\n")
    refuse(folder, shell, "outside", "psql", words=("`pg.corp.net` is outside this project",))
