"""`devpool help` and `-V`: the same text as --help, and what is meant by a mistyped word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, folder, run, shell, write

from devpool import __version__

__all__ = ["folder", "shell"]  # fixtures


@pytest.mark.parametrize(("words", "same"), [(["help"], ["--help"]), (["help", "enable"], ["enable", "--help"])])
def test_help_is_the_text_of_the_option(folder: Path, shell: dict[str, str], words: list[str], same: list[str]) -> None:
    done, wanted = run(folder, shell, *words), run(folder, shell, *same)
    assert (done.returncode, done.stdout) == (0, wanted.stdout)
    assert json.loads(run(folder, shell, *words, "--json").stdout)["help"] == wanted.stdout.rstrip("\n")


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_has_a_short_option(folder: Path, shell: dict[str, str], option: str) -> None:
    assert run(folder, shell, option).stdout == f"devpool, version {__version__}\n"
    answer = json.loads(run(folder, shell, option, "--json").stdout)
    assert (answer["verb"], answer["devpool"]) == (None, __version__)


@pytest.mark.parametrize(
    ("words", "code", "meant"),
    [
        (["statu"], "unknown-command", "`status`"),
        (["help", "statu"], "unknown-command", "`status`"),
        (["enable", "--dry-rum"], "unknown-option", "`--dry-run`"),
        (["enable", "--preset", "prodction"], "wrong-usage", "`production`"),
        (["enable", "--no-up", "--set", "pool_sise=5"], "unknown-setting", "`default_pool_size`"),
        (["enable", "--no-up", "--set", "pool_mode=sesion"], "bad-setting-value", "`session`"),
        (["enable", "--no-up", "--direct", "wbe"], "unknown-service", "`web`"),
        (["enable", "--no-up", "--direct", "web:DATABSE_URL"], "unknown-database", "`DATABASE_URL`"),
        (["explain", "wbe"], "unknown-service", "`web`"),
        (["psql", "dbb"], "unknown-service", "`db`"),
    ],
)
def test_what_is_likely_meant_is_said(
    folder: Path, shell: dict[str, str], words: list[str], code: str, meant: str
) -> None:
    write(folder, compose_yml=COMPOSE)
    done = run(folder, shell, *words, "--json")
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["exit_code"]) == (code, done.returncode)
    assert meant in error["message"] + error["hint"]
