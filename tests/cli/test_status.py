"""`devpool status` without an engine: routes and files are known, connections are not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from answers import assert_answer
from cli.test_bad_input import assert_clean, needs_compose, run
from cli.test_check import enabled, folder, shell

__all__ = ["folder", "shell"]  # fixtures
pytestmark = needs_compose


def test_without_an_engine_it_says_what_it_does_not_know(folder: Path, shell: dict[str, str]) -> None:
    done = run(folder, shell, "status")
    assert done.returncode == 0
    assert "connections unknown: the Docker engine is not running" in done.stdout
    assert_clean(done)


def test_the_data_have_routes_and_poolers_and_null_for_what_is_unknown(folder: Path, shell: dict[str, str]) -> None:
    enabled(folder, shell)
    answer = json.loads(run(folder, shell, "status", "--json").stdout)
    assert (answer["enabled"], answer["connections"]) == (True, None)
    assert [(r["service"], r["pooled"]) for r in answer["routes"]] == [("web", True)]
    (pooler,) = answer["poolers"]
    assert (pooler["name"], pooler["running"], pooler["port"]) == ("pgbouncer", False, "6432")


def test_watched_as_json_each_look_is_an_object_on_a_line(folder: Path, shell: dict[str, str]) -> None:
    words = [sys.executable, "-m", "devpool", "status", "--watch", "--json", "--interval", "0.2"]
    with subprocess.Popen(words, cwd=folder, env=shell, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout
        lines = [watching.stdout.readline() for _ in range(2)]
        watching.terminate()
        rest = watching.stdout.read()
    for line in lines:
        assert_answer(json.loads(line))
    assert "interrupted" in rest
    assert watching.returncode == 130
