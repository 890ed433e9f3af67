"""`devpool enable --swarm` by the command line: proved by `docker stack config`, and taken back to the byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.test_bad_input import ROOT, SECRET, refuse, run, tree, write
from cli.test_set import asked, done, folder

__all__ = ["folder"]  # a fixture

IMAGE = "registry.example/team/pgbouncer:1"
STACK = f"""\
version: "3.8"
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: {SECRET}
    deploy: {{placement: {{constraints: [node.role == manager]}}}}

  web:
    image: app
    environment:
      DATABASE_URL: postgres://postgres:{SECRET}@db:5432/postgres   # main
    depends_on: [db]
    ports: ["127.0.0.1:8000:8000"]
"""
BY_SECRET = """\
version: "3.8"
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/db_password
    secrets: [db_password]
    networks: [back]
  web:
    image: app
    environment: {PGHOST: db, PGPASSFILE: /run/secrets/pgpass}
    networks: [back, front]
networks: {back: {}, front: {}}
secrets: {db_password: {external: true}}
"""
MORE = """\
version: "3.8"
services:
  web:
    environment: {WORKERS: "4"}
    deploy: {replicas: 3}
"""
ENABLE = ("enable", "--no-up", "--swarm", "--image", IMAGE)


@pytest.fixture
def shell(plain_shell: dict[str, str], stack_client: Path) -> dict[str, str]:
    path = f"{stack_client.parent}:{plain_shell['PATH']}"
    return plain_shell | {"PYTHONPATH": str(ROOT), "CI": "1", "PATH": path}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_stack_is_enabled_with_a_proof_and_comes_back_to_the_byte(
    folder: Path, shell: dict[str, str], newline: str
) -> None:
    write(folder, stack_yml=STACK.replace("\n", newline).encode())
    before = tree(folder)
    answer = asked(folder, shell, "-f", "stack.yml", *ENABLE, "--replicas", "4")
    assert (answer["proved"], answer["written"]) == (True, True)
    assert (answer["poolers"][0]["replicas"], answer["containers"]) == (4, None)
    assert any("127.0.0.1:8000" in note and "everybody" in note for note in answer["notes"])
    text = (folder / "stack.yml").read_bytes().decode()
    assert "replicas: 4" + newline in text
    assert "    depends_on: [pgbouncer]" + newline in text
    assert "docker stack deploy -c stack.yml STACK" in done(folder, shell, "-f", "stack.yml", "disable")
    assert tree(folder) == before


def test_several_files_are_read_in_their_order(folder: Path, shell: dict[str, str]) -> None:
    write(folder, stack_yml=BY_SECRET, more_yml=MORE)
    before = tree(folder)
    files = ("-c", "stack.yml", "-c", "more.yml")
    answer = asked(folder, shell, *files, *ENABLE)
    assert (answer["proved"], answer["files"]) == (True, [str(folder / "stack.yml")])
    text = (folder / "stack.yml").read_text()
    assert "      POSTGRES_PASSWORD_FILE: /run/secrets/db_password\n" in text.partition("  pgbouncer:")[2]
    assert "already enabled" in done(folder, shell, *files, *ENABLE)
    assert "replicas: 5" in done(folder, shell, *files, "enable", "--no-up", "--replicas", "5", "--diff")
    done(folder, shell, *files, "disable")
    assert tree(folder) == before


def test_without_the_record_the_pooler_is_known(folder: Path, shell: dict[str, str]) -> None:
    write(folder, stack_yml=STACK)
    done(folder, shell, "-f", "stack.yml", *ENABLE, "--replicas", "3", "--pool-size", "7")
    once = (folder / "stack.yml").read_bytes()
    for path in (folder / ".devpool").rglob("*"):
        path.unlink()
    (folder / ".devpool").rmdir()
    done(folder, shell, "-f", "stack.yml", "enable", "--no-up")
    assert (folder / "stack.yml").read_bytes() == once
    done(folder, shell, "-f", "stack.yml", "disable")
    assert (folder / "stack.yml").read_text() == STACK


def test_the_env_file_that_docker_stack_does_not_read_is_not_read(folder: Path, shell: dict[str, str]) -> None:
    write(folder, stack_yml=STACK.replace(SECRET, "${PASSWORD}"), _env="PASSWORD=other\n")
    before = tree(folder)
    answer = asked(folder, shell | {"PASSWORD": SECRET}, "-f", "stack.yml", *ENABLE)
    assert answer["proved"]
    done(folder, shell | {"PASSWORD": SECRET}, "-f", "stack.yml", "disable")
    assert tree(folder) == before


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("image: app", "build: .", "not-a-stack", ("`web`",)),
        ("[db]", "{db: {condition: service_healthy}}", "not-a-stack", ("depends_on",)),
        ("image: app", "image: app\n    build: {odd: 1}", "stack-refuses", ("odd",)),
    ],
)
def test_what_docker_stack_does_not_take_is_refused(
    folder: Path, shell: dict[str, str], old: str, new: str, code: str, words: tuple[str, ...]
) -> None:
    write(folder, stack_yml=STACK.replace(old, new))
    refuse(folder, shell, code, "-f", "stack.yml", *ENABLE, words=words)


def test_a_docker_without_stack_config_is_refused_and_nothing_written(
    folder: Path, shell: dict[str, str], tmp_path: Path
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "docker").write_text("#!/bin/sh\necho 'Docker version 20.10.24+dfsg1, build 297e128'\n")
    (old / "docker").chmod(0o755)
    write(folder, stack_yml=STACK)
    path = {"PATH": f"{old}:{shell['PATH']}"}
    refuse(folder, shell | path, "stack-cli-too-old", "-f", "stack.yml", *ENABLE, words=("26.1",))
    done(folder, shell | path, "-f", "stack.yml", *ENABLE, "--no-verify")
    done(folder, shell | path, "-f", "stack.yml", "disable")
    assert (folder / "stack.yml").read_text() == STACK


def test_sizes_are_those_of_all_tasks_and_a_set_says_what_does_not_fit(folder: Path, shell: dict[str, str]) -> None:
    write(folder, stack_yml=STACK)
    before = tree(folder)
    files = ("-f", "stack.yml")
    done(folder, shell, *files, *ENABLE, "--replicas", "4")
    assert tasks(folder, shell) == ["warning"]
    said = done(folder, shell, *files, "set", "default_pool_size=40")
    assert "docker stack deploy -c stack.yml STACK" in said
    assert "may open 205 connections" in said
    found = asked(folder, shell, *files, "size", "--apply")["databases"][0]
    assert found["settings"]["max_db_connections"] == 14
    assert tasks(folder, shell) == ["ok"]
    done(folder, shell, *files, "disable")
    assert tree(folder) == before


def tasks(folder: Path, shell: dict[str, str]) -> list[str]:
    """What `check` says of the tasks; it judges nothing that it does not see."""
    results = json.loads(run(folder, shell, "-f", "stack.yml", "check", "--json").stdout)["checks"]
    levels = {r["check"]: r["level"] for r in results}
    assert (levels["stack"], levels["ports"], levels["pooler"], levels["database"]) == (
        "ok",
        "ok",
        "skipped",
        "skipped",
    )
    return [r["level"] for r in results if r["check"] == "tasks"]


@pytest.mark.parametrize("words", [["reload"], ["metrics"], ["compare", "--", "true"]])
def test_a_verb_that_looks_at_containers_says_what_to_type_instead(
    folder: Path, shell: dict[str, str], words: list[str]
) -> None:
    write(folder, stack_yml=STACK)
    done(folder, shell, "-f", "stack.yml", *ENABLE)
    refuse(folder, shell, "on-a-stack", "-f", "stack.yml", *words, words=("docker service",))


@pytest.mark.parametrize("words", [["psql"], ["migrate", "web", "--", "true"], ["direct", "web", "--", "true"]])
def test_a_verb_that_enters_a_task_needs_the_engine(
    folder: Path, shell: dict[str, str], tmp_path: Path, words: list[str]
) -> None:
    write(folder, stack_yml=STACK)
    done(folder, shell, "-f", "stack.yml", *ENABLE)
    away = {"DOCKER_HOST": f"unix://{tmp_path}/nosuch.sock"}
    refuse(folder, shell | away, "engine-not-running", "-f", "stack.yml", *words)
    answer = asked(folder, shell | away, "-f", "stack.yml", "status")
    assert (answer["enabled"], answer["tasks"], answer["connections"]) == (True, None, None)


def test_an_app_whose_address_only_a_link_could_move_stays_direct(folder: Path, shell: dict[str, str]) -> None:
    write(folder, stack_yml=STACK)
    refuse(folder, shell, "no-link", "-f", "stack.yml", *ENABLE, "--by-name", "web", words=("Swarm ignores links",))


def test_compose_and_swarm_are_told_apart(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=STACK)
    assert "devpool enable --swarm" in done(folder, shell, "enable", "--no-up", "--dry-run")
    done(folder, shell, "enable", "--no-up", "--no-verify")
    done_ = run(folder, shell, *ENABLE)
    assert (done_.returncode, "not-on-a-stack" in done_.stderr) == (2, True)
