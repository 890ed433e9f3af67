"""A line of `.env` names the server, and the user switches it after enable: no app keeps an old copy unseen."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli.test_bad_input import folder, run, shell

__all__ = ["folder", "shell"]  # fixtures

OLD, NEW = (
    "postgres://miller:grain@mill:5432/flour",
    "postgres://miller:bran@mill.eu-west-1.rds.amazonaws.com:5432/flour",
)
PROJECT = """services:
  bakery:
    image: bakery
    ENV_FILE
    environment:
      - MILL_URL=${MILL_URL}
  mill:
    image: postgres:17
    environment:
      - POSTGRES_USER=miller
      - POSTGRES_PASSWORD=grain
"""
pytestmark = pytest.mark.usefixtures("compose_plugin")


def switched(folder: Path, shell: dict[str, str], env_file: str) -> None:
    """Enable the project, and let the user switch the server."""
    (folder / "compose.yml").write_text(PROJECT.replace("ENV_FILE", env_file))
    (folder / ".env").write_text(f"MILL_URL={OLD}\n")
    assert run(folder, shell, "enable", "--no-up").returncode == 0
    text = (folder / ".env").read_text()
    (folder / ".env").write_text(text.replace(f"MILL_URL={OLD}", f"MILL_URL={NEW}"))


def test_an_app_whose_text_stays_goes_to_the_new_server(folder: Path, shell: dict[str, str]) -> None:
    switched(folder, shell, "env_file: .env")
    words = ["docker", "compose", "config", "--format", "json"]
    said = subprocess.run(words, cwd=folder, env=shell, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout)["services"]["bakery"]["environment"]["MILL_URL"] == NEW
    assert (folder / ".env").read_text() == f"MILL_URL={NEW}\n"


def test_a_second_value_that_is_out_of_date_is_reported(folder: Path, shell: dict[str, str]) -> None:
    switched(folder, shell, "init: true")
    drift = json.loads(run(folder, shell, "status", "--json").stdout)["drift"]
    assert "MILL_URL_POOLED" in [each["place"] for each in drift if each["file"].endswith(".env")]
    assert run(folder, shell, "check").returncode == 4
