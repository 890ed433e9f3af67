"""`devpool set`, and the settings of `enable`, without an engine: what is refused, written, and remembered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.no_engine import folder, shell
from cli.test_bad_input import COMPOSE, assert_clean, needs_compose, refuse, run, tree, write

__all__ = ["folder", "shell"]  # fixtures

ENABLE = ("enable", "--no-up", "--no-verify")


def done(folder: Path, shell: dict[str, str], *arguments: str) -> str:
    found = run(folder, shell, *arguments)
    assert found.returncode == 0, found.stderr
    assert_clean(found)
    return found.stdout


def asked(folder: Path, shell: dict[str, str], *arguments: str) -> dict[str, Any]:
    return dict(json.loads(done(folder, shell, *arguments, "--json")))


def tuned(folder: Path) -> dict[str, str]:
    """The variables of PgBouncer that the compose file has, in lower case and without their prefix."""
    lines = (line.strip().split(": ", 1) for line in (folder / "compose.yml").read_text().splitlines())
    return {
        words[0].removeprefix("PGBOUNCER_").lower(): words[1].strip('"')
        for words in lines
        if words[0].startswith("PGBOUNCER_") and words[0] != "PGBOUNCER_LISTEN_PORT"
    }


# What is refused


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--set", "max_clients=5"], "unknown-setting"),
        (["--set", "max_client_conn=hunter2-Geheim"], "bad-setting-value"),
        (["--set", "pool_mode=sesion"], "bad-setting-value"),
        (["--set", "listen_port=5432"], "setting-decided"),
        (["--set", "auth_file=/x"], "setting-decided"),
        (["--set", "auth_ldap_options=ldapbindpasswd=hunter2-Geheim"], "secret-setting"),
        (["--pool-size", "5", "--set", "default_pool_size=6"], "setting-twice"),
        (["--fast-auth", "--set", "scram_iterations=4096"], "setting-twice"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(folder: Path, shell: dict[str, str], words: list[str], code: str) -> None:
    refuse(folder, shell, code, "enable", "--no-up", *words)


@pytest.mark.parametrize("command", ["enable", "set"])
@pytest.mark.parametrize("word", ["max_clients=5", "stats_period=x", "auth_file=/x"])
def test_set_refuses_what_enable_refuses(folder: Path, shell: dict[str, str], command: str, word: str) -> None:
    done(folder, shell, *ENABLE)
    words = ["enable", "--no-up", "--set", word] if command == "enable" else ["set", word]
    code = {"m": "unknown-setting", "s": "bad-setting-value", "a": "setting-decided"}[word[0]]
    refuse(folder, shell, code, *words)


def test_without_a_pooler_there_is_nothing_to_set(folder: Path, shell: dict[str, str]) -> None:
    refuse(folder, shell, "not-enabled", "set", "stats_period=1", words=("devpool enable",))


def test_a_pooler_that_is_not_there_is_refused(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE)
    refuse(
        folder, shell, "unknown-pooler", "set", "stats_period=1", "--pooler", "nosuch", words=("`nosuch`", "pgbouncer")
    )


def test_set_does_not_do_by_the_way_what_enable_has_to_do(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE)
    path = folder / "compose.yml"
    job = "  job:\n    image: app\n    environment:\n      U: postgres://postgres:hunter2-Geheim@db:5432/postgres\n"
    path.write_text(path.read_text() + job)
    refuse(folder, shell, "project-changed", "set", "stats_period=1", "--no-verify", words=("devpool enable",))


@pytest.mark.parametrize(
    "words",
    [
        *(["enable", "--preset", "nosuch"], ["enable", "--pool-mode", "x"], ["enable", "--pool-size", "0"]),
        *(["enable", "--set"], ["set"]),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(folder: Path, shell: dict[str, str], words: list[str]) -> None:
    before = tree(folder)
    found = run(folder, shell, *words)
    assert (found.returncode, found.stdout) == (2, "")
    assert tree(folder) == before


@pytest.mark.parametrize("words", [["enable", "--no-up", "--set", "stats_period"], ["set", "stats_period"]])
def test_what_is_no_setting_is_a_usage_error(folder: Path, shell: dict[str, str], words: list[str]) -> None:
    found = run(folder, shell, *words)
    assert found.returncode == 2
    assert "KEY=VALUE" in found.stderr


# What is written and remembered


@needs_compose
def test_set_writes_the_file_where_nothing_runs_and_disable_takes_all_out(folder: Path, shell: dict[str, str]) -> None:
    before = tree(folder)
    done(folder, shell, "enable", "--no-up")
    found = run(folder, shell, "set", "default_pool_size=30", "log_stats=on")
    assert found.returncode == 0
    assert "warning: the Docker engine is not running; only the files are changed" in found.stderr
    assert "pgbouncer: default_pool_size=30 applies at the next start: it is not running" in found.stdout
    assert tuned(folder) == {"pool_mode": "transaction", "default_pool_size": "30", "log_stats": "1"}
    assert "already enabled" in done(folder, shell, "enable", "--no-up")
    done(folder, shell, "set", "default_pool_size=", "--no-up")
    assert tuned(folder) == {"pool_mode": "transaction", "log_stats": "1"}
    done(folder, shell, "disable", "--no-up")
    assert tree(folder) == before


def test_what_the_user_wrote_since_survives_a_set(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE)
    path = folder / "compose.yml"
    path.write_text("# mine\n" + path.read_text() + "# mine, too\n")
    done(folder, shell, "set", "stats_period=1", "--no-up", "--no-verify")
    done(folder, shell, "disable", "--no-up")
    assert path.read_text() == f"# mine\n{COMPOSE}# mine, too\n"


def test_setting_the_same_again_changes_no_file(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE, "--set", "stats_period=1")
    before = tree(folder)
    answer = asked(folder, shell, "set", "stats_period=1", "--no-up", "--no-verify")
    assert not answer["written"]
    assert tree(folder) == before


def test_one_of_two_poolers_is_tuned_alone_until_both_are(folder: Path, shell: dict[str, str]) -> None:
    second = COMPOSE.removeprefix("services:\n").replace("db", "b").replace("web", "shop")
    write(folder, compose_yml=COMPOSE + second)
    done(folder, shell, *ENABLE)
    done(folder, shell, "set", "stats_period=1", "--pooler", "pgbouncer-b", "--no-up", "--no-verify")
    text = (folder / "compose.yml").read_text()
    assert text.count("PGBOUNCER_STATS_PERIOD") == 1
    assert text.index("POSTGRES_HOST: b\n") < text.index("PGBOUNCER_STATS_PERIOD")
    assert "already enabled" in done(folder, shell, *ENABLE)
    done(folder, shell, "set", "stats_period=2", "--no-up", "--no-verify")
    assert (folder / "compose.yml").read_text().count('PGBOUNCER_STATS_PERIOD: "2"') == 2
