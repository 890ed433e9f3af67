"""`devpool reload` without an engine."""

from __future__ import annotations

from pathlib import Path

from cli.test_bad_input import needs_compose, refuse, run
from cli.test_set import ENABLE, asked, done, folder, shell

__all__ = ["folder", "shell"]  # fixtures


@needs_compose
def test_reload_without_an_engine_reaches_no_pooler_and_says_so(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE)
    found = run(folder, shell, "reload")
    assert (found.returncode, found.stdout) == (0, "pgbouncer: not running\n")
    assert "warning: the Docker engine is not running; cannot reach any pooler" in found.stderr


@needs_compose
def test_the_data_have_the_poolers_that_do_not_run(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE)
    answer = asked(folder, shell, "reload")
    assert (answer["reloaded"], answer["not_running"]) == ([], ["pgbouncer"])


def test_without_a_pooler_there_is_nothing_to_reload(folder: Path, shell: dict[str, str]) -> None:
    refuse(folder, shell, "not-enabled", "reload", words=("devpool enable",))


def test_it_takes_no_argument(folder: Path, shell: dict[str, str]) -> None:
    assert run(folder, shell, "reload", "x").returncode == 2
