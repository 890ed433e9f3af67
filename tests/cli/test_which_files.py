"""Which files count: env files for `${...}` and the shell over them, and files that others name in odd ways."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = """services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: cove
  web:
    image: app
    environment:
      DATABASE_URL: postgres://postgres:cove@${DB_HOST:-nowhere}:5432/sea
"""
pytestmark = pytest.mark.usefixtures("compose_plugin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "compose.yml").write_text(COMPOSE)
    (tmp_path / "one.env").write_text("DB_HOST=elsewhere\n")
    (tmp_path / "two.env").write_text("DB_HOST=db\n")
    return tmp_path


def enable(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    shell = {k: v for k, v in os.environ.items() if not k.startswith(("COMPOSE_", "DB_"))}
    command = [sys.executable, "-m", "devpool", *words[:-1], "enable", "--no-up", *words[-1:]]
    env = shell | variables | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_the_last_of_compose_env_files_wins_and_is_changed(folder: Path) -> None:
    before = (folder / "two.env").read_bytes()
    done = enable(folder, "--dry-run", COMPOSE_ENV_FILES="one.env,two.env")
    assert done.returncode == 0, done.stderr
    assert "DATABASE_URL -> pgbouncer:6432" in done.stdout
    assert (folder / "two.env").read_bytes() == before


def test_in_the_other_order_the_url_leads_nowhere(folder: Path) -> None:
    done = enable(folder, "--dry-run", COMPOSE_ENV_FILES="two.env,one.env")
    assert done.returncode == 1
    assert "db" in done.stderr


def test_the_shell_wins_over_the_files(folder: Path) -> None:
    done = enable(folder, "--dry-run", COMPOSE_ENV_FILES="one.env", DB_HOST="db")
    assert done.returncode == 0, done.stderr
    assert "DATABASE_URL -> pgbouncer:6432" in done.stdout


def test_an_env_file_of_the_command_line_counts_in_place_of_the_variable(folder: Path) -> None:
    done = enable(folder, "--env-file", "two.env", "--dry-run", COMPOSE_ENV_FILES="one.env")
    assert done.returncode == 0, done.stderr
    assert "DATABASE_URL -> pgbouncer:6432" in done.stdout


@pytest.mark.parametrize("include", ["include", '"incl\\u0075de"'])
def test_a_file_of_another_folder_is_read_however_its_name_is_brought_in(tmp_path: Path, include: str) -> None:
    """What names it can be spelt so that it is seen only when YAML is read, and Compose has been asked by then."""
    for folder in (".git", "app", "common"):
        (tmp_path / folder).mkdir()
    head, database, web = COMPOSE.partition("  db:\n")[0], *COMPOSE.removeprefix("services:\n").split("  web:\n")
    (tmp_path / "common" / "db.yml").write_text(f"{head}{database}")
    (tmp_path / "app" / "compose.yml").write_text(f"{include}: [../common/db.yml]\n{head}  web:\n{web}")
    done = enable(tmp_path / "app", "--dry-run", DB_HOST="db")
    assert done.returncode == 0, done.stderr
    assert "DATABASE_URL -> pgbouncer:6432" in done.stdout


@pytest.mark.parametrize(("second", "chosen"), [("", "one"), ("NAME=two\n", "two")])
def test_an_env_file_knows_those_before_it_and_itself_first(folder: Path, second: str, chosen: str) -> None:
    """As Compose does it, whose reading is compared."""
    (folder / "compose.yml").rename(folder / f"{chosen}.yml")
    (folder / "one.env").write_text("NAME=one\nDB_HOST=db\n")
    (folder / "two.env").write_text(second + "COMPOSE_FILE=${NAME}.yml\n")
    done = enable(folder, "--env-file", "one.env", "--env-file", "two.env", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert f"({chosen}.yml:" in done.stdout


def test_a_file_with_a_hard_link_elsewhere_is_named_in_the_plan(folder: Path) -> None:
    (folder / "kept").mkdir()
    os.link(folder / "compose.yml", folder / "kept" / "compose.yml")
    done = enable(folder, "--dry-run", COMPOSE_ENV_FILES="one.env,two.env")
    assert done.returncode == 0, done.stderr
    assert "compose.yml has another name (hard links), which will keep the old text" in done.stdout
    assert "two.env has" not in done.stdout


def test_a_dev_container_names_the_project_where_no_compose_file_is(tmp_path: Path) -> None:
    inner = tmp_path / ".devcontainer"
    inner.mkdir()
    (inner / "devcontainer.json").write_text('{\n  // the app and its database\n  "dockerComposeFile": ["c.yml"],\n}\n')
    (inner / "c.yml").write_text(COMPOSE.replace("${DB_HOST:-nowhere}", "db"))
    before = {path: path.read_bytes() for path in inner.iterdir()}
    done = enable(tmp_path, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "DATABASE_URL -> pgbouncer:6432" in done.stdout
    done = enable(tmp_path, "--preset=dev")
    assert "changed c.yml" in done.stdout
    assert (inner / ".devpool" / "state.json").is_file()
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    for verb in ("status", "disable"):
        words = [sys.executable, "-m", "devpool", verb, *(["--no-up"] if verb == "disable" else [])]
        told = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)
        assert told.returncode == 0, told.stderr
    assert {path: path.read_bytes() for path in inner.iterdir()} == before
