"""Files outside of the repository: edited only where the user says so, and nothing of them is shown unasked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from security.record_rig import DISABLE, ENABLE, Clone

COMPOSE = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: cove
  web:
    image: app
    env_file: web.env
"""
HOST = "LEVEL=info\nPGHOST=db\nPGPASSWORD=Himmelfahrt9\n"


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain_shell: dict[str, str]) -> Iterator[Clone]:
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    found = Clone(home / "repo" / "app", home)
    (home / "repo" / ".git").mkdir(parents=True)
    found.write("compose.yml", COMPOSE)
    (home / "private.env").write_text(HOST)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.chdir(found.project)
    yield found
    os.chdir(tmp_path)


def test_an_env_file_behind_a_link_is_left_alone_and_the_app_gets_an_entry_of_its_own(clone: Clone) -> None:
    (clone.project / "web.env").symlink_to("../../private.env")
    before = clone.state()
    done = clone.devpool(*ENABLE)
    assert done.code == 0, done.words
    assert (clone.home / "private.env").read_text() == HOST
    assert "PGHOST: pgbouncer" in clone.text()
    assert clone.devpool(*DISABLE).code == 0
    assert clone.state() == before


def test_it_is_edited_where_the_user_says_so_and_the_plan_names_it(clone: Clone) -> None:
    (clone.project / "web.env").symlink_to("../../private.env")
    before = clone.state()
    done = clone.devpool(*ENABLE, "--allow-outside")
    assert done.code == 0, done.words
    assert f"{clone.home}/private.env" in done.words
    assert "PGHOST=pgbouncer" in (clone.home / "private.env").read_text()
    enabled = clone.state()
    refused = clone.devpool(*DISABLE)
    assert (refused.code, "--allow-outside" in refused.words) == (1, True)
    assert clone.state() == enabled
    assert clone.devpool(*DISABLE, "--allow-outside").code == 0
    assert clone.state() == before


def test_an_env_file_above_the_repository_is_not_edited(clone: Clone) -> None:
    clone.write("compose.yml", COMPOSE.replace("web.env", "../../private.env"))
    assert clone.devpool(*ENABLE).code == 0
    assert (clone.home / "private.env").read_text() == HOST


def test_an_env_file_above_the_project_is_edited_where_nobody_else_reads_it(clone: Clone) -> None:
    clone.write("../common.env", HOST)
    clone.write("compose.yml", COMPOSE.replace("web.env", "../common.env"))
    before = clone.state()
    assert clone.devpool(*ENABLE).code == 0
    assert "PGHOST=pgbouncer" in clone.text("../common.env")
    assert clone.devpool(*DISABLE).code == 0
    assert clone.state() == before


def test_it_is_left_alone_where_another_compose_file_reads_it(clone: Clone) -> None:
    clone.write("../common.env", HOST)
    clone.write("../other/compose.yml", "services:\n  job:\n    image: job\n    env_file: ../common.env\n")
    clone.write("compose.yml", COMPOSE.replace("web.env", "../common.env"))
    before = clone.state()
    done = clone.devpool(*ENABLE)
    assert done.code == 0, done.words
    assert clone.text("../common.env") == HOST
    assert "PGHOST: pgbouncer" in clone.text()
    assert clone.devpool(*DISABLE).code == 0
    assert clone.state() == before


def test_an_app_whose_url_stands_outside_is_pooled_by_name_and_told_the_option(clone: Clone) -> None:
    url = "DATABASE_URL=postgres://postgres:Himmelfahrt9@db:5432/shop\n"
    (clone.home / "private.env").write_text(url)
    clone.write("compose.yml", COMPOSE.replace("web.env", "../../private.env"))
    before = clone.state()
    done = clone.devpool(*ENABLE)
    assert (done.code, "pooled by name" in done.words, "--allow-outside" in done.words) == (0, True, True), done.words
    assert (clone.home / "private.env").read_text() == url
    assert clone.devpool(*DISABLE).code == 0
    assert clone.state() == before
    refused = clone.devpool(*ENABLE, "--session", "web")
    assert (refused.code, "[outside-root]" in refused.words, "--allow-outside" in refused.words) == (1, True, True)
    assert clone.devpool(*ENABLE, "--session", "web", "--allow-outside").code == 0


@pytest.mark.parametrize("key", ["include", "extends", "link", "variable"])
def test_a_compose_file_outside_is_refused_by_name(clone: Clone, key: str) -> None:
    (clone.home / "web.yml").write_text(
        "services:\n  web:\n    image: app\n    environment:\n      PGPASSWORD: Himmelfahrt9\n      PGHOST: db\n"
    )
    base = COMPOSE[: COMPOSE.index("  web:")]
    if key == "include":
        clone.write("compose.yml", f"include: [../../web.yml]\n{base}")
    elif key == "extends":
        clone.write(
            "compose.yml", f"{base}  web:\n    extends: {{file: ../../web.yml, service: web}}\n    init: true\n"
        )
    elif key == "link":
        clone.write("compose.yml", base)
        (clone.project / "compose.override.yml").symlink_to("../../web.yml")
    else:
        clone.write("compose.yml", base)
        clone.write(".env", "COMPOSE_FILE=compose.yml:../../web.yml\n")
    before = clone.state()
    done = clone.devpool(*ENABLE)
    assert (done.code, "[outside-root]" in done.words) == (1, True), done.words
    assert str(clone.home / "web.yml") in done.words or "compose.override.yml" in done.words
    assert clone.state() == before


def test_nothing_of_a_file_outside_is_shown(clone: Clone) -> None:
    url = "DATABASE_URL=postgres://hidden-user:Himmelfahrt9@db:5432/hidden-name\n"
    (clone.home / "private.env").write_text(url)
    clone.write("compose.yml", COMPOSE.replace("web.env", "../../private.env"))
    for command in (("explain",), ("explain", "--json"), ("status",), (*ENABLE, "--dry-run"), (*ENABLE, "--diff")):
        for words in (command, (*command, "--json")):
            done = clone.devpool(*words)
            assert [w for w in ("hidden-user", "hidden-name", "Himmelfahrt9") if w in done.words] == [], words


def test_an_error_in_a_file_outside_shows_nothing_of_it(clone: Clone) -> None:
    (clone.home / "private.env").write_text('OTHER="Himmelfahrt9 and no end\nmore\n')
    (clone.home / "web.yml").write_text("services:\n  web: {Himmelfahrt9\n")
    for text in (
        COMPOSE.replace("web.env", "../../private.env"),
        f"include: [../../web.yml]\n{COMPOSE}",
    ):
        clone.write("compose.yml", text)
        for command in (("explain",), ("status",), ENABLE, DISABLE):
            done = clone.devpool(*command)
            assert done.code in (0, 1)
            assert "Himmelfahrt9" not in done.words


def test_folders_outside_are_not_looked_into(clone: Clone) -> None:
    (clone.home / "job").mkdir()
    (clone.home / "job" / "Dockerfile").write_text('CMD ["sh", "-c", "alembic upgrade head && serve"]\n')
    web = "  web:\n    build: ../../job\n    environment:\n      PGHOST: db\n      PGPASSWORD: x\n"
    clone.write("compose.yml", COMPOSE[: COMPOSE.index("  web:")] + web)
    done = clone.devpool(*ENABLE, "--dry-run")
    assert (done.code, "alembic" in done.words) == (0, False)
    (clone.project / "Dockerfile").symlink_to("../../job/Dockerfile")
    clone.write("compose.yml", COMPOSE[: COMPOSE.index("  web:")] + web.replace("../../job", "."))
    done = clone.devpool(*ENABLE, "--dry-run")
    assert (done.code, "alembic" in done.words) == (0, False)


@pytest.mark.parametrize("words", [("explain",), ("explain", "--json"), (*ENABLE, "--dry-run", "--diff", "--json")])
def test_what_the_shell_or_a_file_outside_gives_to_an_address_is_shown_as_its_variable(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """`${PLAIN}` in the place of a database's name may be a key of the cloud: the project decides what is read."""
    (clone.home / "private.env").write_text("PLAIN=Himmelfahrt9\n")
    (clone.project / ".env").symlink_to("../../private.env")
    monkeypatch.setenv("GH_TOKEN", "Himmelfahrt8")
    values = "{A_URL: 'postgres://u:p@db/${PLAIN}', B_URL: 'postgres://u:p@db/${GH_TOKEN}'}"
    clone.write("compose.yml", COMPOSE.replace("env_file: web.env", f"environment: {values}"))
    done = clone.devpool(*words)
    assert done.code == 0, done.words
    assert "Himmelfahrt" not in done.words
    assert "@db/${PLAIN}" in done.words
    assert "@db/${GH_TOKEN}" in done.words


@pytest.mark.parametrize("words", [("explain",), ("explain", "--json"), (*ENABLE, "--publish", "--dry-run")])
def test_an_address_for_programs_on_the_host_shows_nothing_of_the_shell_or_of_a_file_outside(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    database = COMPOSE[: COMPOSE.index("  web:")] + "    ports: ['5432:5432']\n"
    clone.write("compose.yml", database)
    (clone.home / "private.env").write_text("A_URL=postgres://u:p@localhost:5432/Himmelfahrt9\n")
    (clone.project / ".env").symlink_to("../../private.env")
    assert "Himmelfahrt" not in clone.devpool(*words).words
    (clone.project / ".env").unlink()
    monkeypatch.setenv("GH_TOKEN", "Himmelfahrt8")
    clone.write(".env", "A_URL=postgres://u:p@localhost:5432/${GH_TOKEN}\n")
    done = clone.devpool(*words)
    assert done.code == 0, done.words
    assert "Himmelfahrt" not in done.words
    assert "/${GH_TOKEN}" in done.words
