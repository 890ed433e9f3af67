"""What a shell offers: names of the project that are plain, settings and values; nothing where nothing can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from disk_project import write

from devpool import completing
from devpool.cli import devpool

COMPOSE = """
services:
  db: {image: 'postgres:17', profiles: [dev]}
  web: {image: app, environment: {DATABASE_URL: 'postgres://u@db/x', REPLICA_URL: 'postgres://u@db/y'}}
  worker: {image: app, environment: {DB_HOST: db}}
  "$(rm)": {image: app}
"""
PARAMETER = click.Argument(["name"])


@pytest.fixture
def ctx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> click.Context:
    monkeypatch.chdir(write(tmp_path, {"compose.yml": COMPOSE}))
    return click.Context(devpool, resilient_parsing=True)


@pytest.mark.parametrize(
    ("offers", "incomplete", "found"),
    [
        (completing.services, "", ["db", "web", "worker"]),
        (completing.services, "w", ["web", "worker"]),
        (completing.services_and_variables, "w", ["web", "worker"]),
        (completing.services_and_variables, "web:", ["web:DATABASE_URL", "web:db", "web:REPLICA_URL"]),
        (completing.services_and_variables, "web:R", ["web:REPLICA_URL"]),
        (completing.services_and_variables, "nosuch:", []),
        (completing.databases, "", ["db", "web", "worker"]),
        (completing.profiles, "", ["dev"]),
        (completing.poolers, "", []),
        (completing.verbs, "st", ["status"]),
    ],
)
def test_names_of_the_project_are_offered_if_they_are_plain(
    ctx: click.Context, offers: Any, incomplete: str, found: list[str]
) -> None:
    assert offers(ctx, PARAMETER, incomplete) == found


@pytest.mark.parametrize(
    ("incomplete", "found"),
    [
        ("default_pool", ["default_pool_size="]),
        ("pool_mode=", ["pool_mode=transaction", "pool_mode=session", "pool_mode=statement"]),
        ("pool_mode=s", ["pool_mode=session", "pool_mode=statement"]),
        ("server_reset_query_always=", ["server_reset_query_always=1", "server_reset_query_always=0"]),
        ("default_pool_size=", []),
        ("nosuch=", []),
    ],
)
def test_a_setting_is_offered_with_its_sign_and_then_its_few_values(
    ctx: click.Context, incomplete: str, found: list[str]
) -> None:
    assert completing.settings(ctx, PARAMETER, incomplete) == found


@pytest.mark.parametrize("offers", [completing.services, completing.services_and_variables, completing.poolers])
def test_where_nothing_can_be_read_nothing_is_offered(
    offers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert offers(click.Context(devpool, resilient_parsing=True), PARAMETER, "") == []


def test_the_files_that_were_named_before_the_tab_are_read(ctx: click.Context, tmp_path: Path) -> None:
    write(tmp_path, {"other.yml": "services: {job: {image: app}}\n"})
    ctx.params["files"] = ("other.yml",)
    inner = click.Context(devpool, parent=ctx, resilient_parsing=True)
    assert completing.services(inner, PARAMETER, "") == ["job"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["stat"], "status\n:4\n"),
        (["migrate", "w"], "web\nworker\n:4\n"),
        (["-f", "comp"], ":0\n"),
    ],
)
def test_docker_is_answered_in_its_own_way(ctx: click.Context, words: list[str], answer: str) -> None:
    assert completing.for_docker(devpool, words) == answer


def test_files_and_folders_are_left_to_the_shell(ctx: click.Context) -> None:
    (file,) = completing.files(ctx, PARAMETER, "comp")
    (folder,) = completing.folders(ctx, PARAMETER, "")
    assert (file.type, file.value, folder.type) == ("file", "comp", "dir")


@pytest.mark.parametrize("shell", completing.SHELLS)
def test_the_script_names_the_program_and_the_variable(shell: str) -> None:
    script = completing.source(devpool, shell)
    assert f"{completing.VARIABLE}={shell}_complete" in script
