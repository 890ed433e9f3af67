"""`devpool enable` by the command line, without an engine: the plan, the options, and what is remembered of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, SECRET, needs_compose, refuse, run, tree, write
from cli.test_set import ENABLE, asked, done, folder, shell, tuned

__all__ = ["folder", "shell"]  # fixtures


def test_fast_auth_is_refused_for_an_app_on_java(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE.replace("image: app", "image: company/spring-app"))
    refuse(folder, shell, "fast-auth-refused", "enable", "--no-up", "--fast-auth", words=("`web`", "--direct web"))


@needs_compose
def test_the_options_of_enable_reach_the_pooler_and_are_proved(folder: Path, shell: dict[str, str]) -> None:
    words = ["--preset", "ci", "--pool-mode", "session", "--pool-size", "7", "--set", "stats_period=2", "--fast-auth"]
    answer = asked(folder, shell, "enable", "--no-up", *words)
    wanted = {
        "preset": "ci",
        "pool_mode": "session",
        "default_pool_size": "7",
        "stats_period": "2",
        "scram_iterations": "256",
    }
    assert answer["proved"]
    assert answer["poolers"][0]["settings"] == wanted
    assert tuned(folder) == wanted


def test_a_second_enable_keeps_the_settings_and_adds_to_them(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE, "--preset", "ci", "--set", "stats_period=1")
    once = tree(folder)
    assert "already enabled" in done(folder, shell, *ENABLE)
    assert tree(folder) == once
    done(folder, shell, *ENABLE, "--pool-size", "7")
    assert tuned(folder) == {"preset": "ci", "pool_mode": "transaction", "stats_period": "1", "default_pool_size": "7"}
    done(folder, shell, *ENABLE, "--set", "default_pool_size=")
    assert tree(folder) == once


def test_what_the_user_now_wants_the_other_way_is_forgotten(folder: Path, shell: dict[str, str]) -> None:
    direct = tree(folder)
    done(folder, shell, *ENABLE)
    pooled = (folder / "compose.yml").read_text()
    done(folder, shell, *ENABLE, "--session", "web")
    assert "/postgres_session\n" in (folder / "compose.yml").read_text()
    assert "already enabled" in done(folder, shell, *ENABLE)
    done(folder, shell, *ENABLE, "--pool", "web")
    assert (folder / "compose.yml").read_text() == pooled
    done(folder, shell, *ENABLE, "--session", "web")
    refuse(folder, shell, "nothing-to-pool", *ENABLE, "--direct", "web")
    done(folder, shell, "disable", "--no-up")
    assert tree(folder) == direct


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_what_is_only_shown_is_not_written_and_json_has_it(folder: Path, shell: dict[str, str], option: str) -> None:
    before = tree(folder)
    text = done(folder, shell, "enable", "--no-verify", option)
    answer = asked(folder, shell, "enable", "--no-verify", option)
    assert tree(folder) == before
    assert not answer["written"]
    assert answer.get("diff", "") == (text if option == "--diff" else "")


@needs_compose
def test_an_enabled_project_is_told_in_words_and_in_data(folder: Path, shell: dict[str, str]) -> None:
    answer = asked(folder, shell, "enable", "--no-up")
    assert (answer["proved"], answer["written"], answer["connections"]) == (True, True, [])
    assert [r["service"] for r in answer["routes"] if r["pooled"]] == ["web"]
    assert "already enabled: no file to change" in done(folder, shell, "enable", "--no-up")


def test_a_refusal_is_in_the_answer_and_on_stderr_are_the_warnings(folder: Path, shell: dict[str, str]) -> None:
    found = run(folder, shell, "enable", "--no-up", "--no-verify", "--direct", "web", "--json")
    answer = json.loads(found.stdout)
    assert (answer["verb"], answer["error"]["code"], answer["error"]["exit_code"]) == ("enable", "nothing-to-pool", 1)
    assert [w["message"] for w in answer["warnings"]] == [line[9:] for line in found.stderr.splitlines()]
    assert SECRET not in found.stdout
