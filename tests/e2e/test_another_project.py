"""Two folders that Compose knows by one name: devpool looks at and touches its own containers alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo_rig import DemoProject, demo_project, remove_things
from pooler_rig import docker, eventually

COMPOSE = """\
name: {name}
services:
  app:
    build: {{dockerfile_inline: FROM postgres:17}}
    command: sh -c 'while :; do $$CLIENT "$$DATABASE_URL" -Atc "SELECT pg_sleep(60)"; sleep 0.2; done'
    environment:
      CLIENT: psql
      DATABASE_URL: postgres://notes:{password}@db:5432/notes
    depends_on:
      db: {{condition: service_healthy}}
    stop_signal: SIGKILL
  db:
    image: postgres:17
    environment: {{POSTGRES_USER: notes, POSTGRES_PASSWORD: {password}, POSTGRES_DB: notes}}
    volumes: [data:/var/lib/postgresql/data]
    healthcheck: {{test: pg_isready -h 127.0.0.1 -U notes, interval: 1s, retries: 60}}
volumes: {{data: {{}}}}
"""


@dataclass(frozen=True, kw_only=True)
class Two:
    """A project that runs, and two other folders that give themselves its name; `enabled` is so in its files."""

    victim: DemoProject
    clone: DemoProject
    enabled: DemoProject

    def containers(self) -> dict[str, list[str]]:
        return self.victim.containers()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("two")
    source = folder / "source"
    source.mkdir()
    with demo_project(folder / "first", plain_shell, "project-victim", source) as victim:
        clone = DemoProject(folder / "second" / victim.name, plain_shell, source)
        enabled = DemoProject(folder / "third" / victim.name, plain_shell, source)
        for project, password in ((victim, "sesame"), (clone, "another"), (enabled, "third")):
            text = COMPOSE.format(name=victim.name, password=password)
            (project.folder / "compose.yaml").write_text(text)
        enabled.devpool("enable", "--no-up")
        victim.up()
        eventually(lambda: victim.connections().get("app") == (0, 1), "the app is connected")
        try:
            yield Two(victim=victim, clone=clone, enabled=enabled)
        finally:
            remove_things(other_name(clone))


def other_name(project: DemoProject) -> str:
    return f"{project.folder.parent.name}-{project.name}"


TOUCHING = (
    ("enable",),
    ("enable", "--up"),
    ("migrate", "app", "--", "true"),
    ("direct", "app", "--", "true"),
    ("psql", "db", "--", "-c", "SELECT 1"),
)
TOUCHING_ENABLED = (
    ("disable",),
    ("disable", "--force"),
    ("set", "default_pool_size=7"),
    ("reload",),
    ("size", "--apply"),
    ("psql", "--admin", "--", "-c", "SHOW POOLS"),
    ("migrate", "app", "--", "true"),
)


def refused(two: Two, project: DemoProject, words: tuple[str, ...]) -> None:
    """Nothing has changed, of files and containers, and it is said why."""
    tree, before = project.tree(), two.containers()
    _, stderr = project.devpool(*words, code=1)
    assert "[another-project]" in stderr
    assert f"were started from another folder, {two.victim.folder}, not from here" in stderr
    assert f"-p {other_name(project)}" in stderr
    assert "--same-project" in stderr
    assert (project.tree(), two.containers()) == (tree, before)


@pytest.mark.parametrize("words", TOUCHING, ids=" ".join)
def test_what_touches_containers_refuses_those_of_another_folder(two: Two, words: tuple[str, ...]) -> None:
    refused(two, two.clone, words)


@pytest.mark.parametrize("words", TOUCHING_ENABLED, ids=" ".join)
def test_so_does_what_needs_an_enabled_project(two: Two, words: tuple[str, ...]) -> None:
    refused(two, two.enabled, words)


def test_what_only_looks_says_so_and_enters_nothing(two: Two) -> None:
    said = two.clone.devpool("status")[0]
    assert f"another project: containers of the Compose project `{two.victim.name}` (" in said
    assert "devpool does not look at them" in said
    assert "connections unknown: the project is not running" in said
    status = two.clone.ask("status")
    assert (status["connections"], str(two.victim.folder) in status["another_project"]) == (None, True)
    checks = json.loads(two.clone.devpool("check", "--json", code=4)[0])["checks"]
    assert {c["level"] for c in checks if c["check"] in ("route", "database")} == {"skipped"}
    assert [c["level"] for c in checks if c["check"] == "project"] == ["warning"]
    of_enabled = json.loads(two.enabled.devpool("check", "--json", code=4)[0])["checks"]
    assert [c for c in of_enabled if c["check"] == "log"] == []  # Compose gives those of all containers of a name
    _, stderr = two.clone.devpool("size")
    assert "devpool ignores them" in stderr


def test_so_do_metrics(two: Two) -> None:
    stdout, stderr = two.enabled.devpool("metrics")
    assert "devpool ignores them" in stderr
    assert "pgbouncer_up 0" in stdout


@pytest.mark.slow
def test_with_the_name_that_the_hint_gives_it_works(two: Two) -> None:
    """The whole way there and back, beside a project that does not notice."""
    before, name = two.containers(), other_name(two.clone)
    stdout, _ = two.clone.devpool("-p", name, "enable", "--up")
    assert "app: pooled, 1 at the pooler and none at db" in stdout
    assert names(name) == {f"{name}-{service}-1" for service in ("app", "db", "pgbouncer")}
    assert json.loads(two.clone.devpool("-p", name, "status", "--json")[0])["connections"][0]["at_pooler"] == 1
    two.clone.devpool("-p", name, "disable")
    assert names(name) == {f"{name}-{service}-1" for service in ("app", "db")}
    assert two.containers() == before
    remove_things(name)


def names(project: str) -> set[str]:
    shown = docker("ps", f"--filter=label=com.docker.compose.project={project}", "--format={{.Names}}")
    return set(shown.stdout.split())


def test_a_link_to_the_folder_is_the_folder(two: Two, tmp_path: Path, plain_shell: Mapping[str, str]) -> None:
    link = tmp_path / "link"
    link.symlink_to(two.victim.folder)
    file = str(link / "compose.yaml")
    words = ("--project-directory", str(link), "-f", file, "status", "--json")
    status = json.loads(two.victim.devpool(*words)[0])
    assert status["another_project"] is None
    assert status["connections"][0]["at_database"] == 1


@pytest.mark.slow
def test_a_project_that_was_moved_goes_on_with_the_option(two: Two, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    here = two.victim.folder
    shutil.copytree(here, moved)
    assert "another project: " in two.victim.devpool("--project-directory", str(moved), "status")[0]
    words = ("--project-directory", str(moved), "-f", str(moved / "compose.yaml"), "--same-project")
    database = two.containers()["db"]
    two.victim.devpool(*words, "enable")
    assert "pgbouncer" in two.containers()
    two.victim.devpool(*words, "disable")
    assert sorted(two.containers()) == ["app", "db"]
    assert two.containers()["db"] == database
    assert not (moved / ".devpool").exists()
    two.victim.up("--force-recreate")


def test_other_files_of_the_same_folder_are_another_project(two: Two) -> None:
    """Two compose files in one folder, both without a name: one of them runs."""
    file = two.victim.folder / "compose.prod.yaml"
    file.write_text((two.victim.folder / "compose.yaml").read_text())
    try:
        before = two.containers()
        _, stderr = two.victim.devpool("-f", "compose.prod.yaml", "enable", code=1)
        assert "were started from other files, compose.yaml, not from here" in stderr
        assert f"hint: -f {two.victim.folder}/compose.yaml for those files" in stderr
        assert two.containers() == before
        assert not (two.victim.folder / ".devpool").exists()
        status = json.loads(two.victim.devpool("-f", "compose.prod.yaml", "-f", "compose.yaml", "status", "--json")[0])
        assert status["another_project"] is None
    finally:
        file.unlink()
