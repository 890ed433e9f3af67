"""Files appear, change and go away in an order that keeps the project readable for Compose at every instant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from command_rig import CHUNK, DISABLE, Outcome, command, enable_words, outcome
from crash_rig import stepping
from projects import PROJECTS, Project
from thinned import pairs

PRIVATE_FILE = Project(
    "a private env file",
    {
        "project/compose.yml": (
            b"services:\n  web:\n    image: shop/web\n    env_file: shop.env\n",
            0o644,
        ),
        "project/shop.env": (
            b"DB_CONNECTION=pgsql\nDB_HOST=db.shop.net\nDB_PORT=5432\nDB_USERNAME=shop\nDB_PASSWORD=secret\n",
            0o600,
        ),
    },
    {},
)
EFFECTS = ("replace", "unlink")
"""The steps that change what Compose finds."""


def _is_read(path: str) -> bool:
    """Whether `docker compose config` reads a file."""
    return "/.devpool/" not in path or "/.devpool/env/" in path


def _refusal(folder: Path, shell: dict[str, str]) -> str:
    """What `docker compose config` ends with in a project that it does not accept; "" where it accepts it."""
    command = ["docker", "compose", "config", "--quiet"]
    done = subprocess.run(command, cwd=folder, env=shell, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


@pytest.mark.usefixtures("compose_plugin")
@pytest.mark.parametrize(("project", "verb"), pairs([*PROJECTS, PRIVATE_FILE], ["enable", "disable"]))
def test_compose_reads_the_project_before_each_step(
    tmp_path: Path, plain_shell: dict[str, str], project: Project, verb: str
) -> None:
    root = project.build(tmp_path / "root")
    words = enable_words(project)
    if verb == "disable":
        assert outcome(command(root, words)) == Outcome(0)
        words = DISABLE
    answers = tmp_path / "answers"

    def ask(name: str, path: str) -> None:
        if name in EFFECTS and _is_read(path):
            with answers.open("a", encoding="utf-8") as told:
                told.write(f"{_refusal(root / 'project', plain_shell)!r}\n")

    def work() -> Outcome:
        with stepping(ask, CHUNK):
            return command(root, words)()

    assert outcome(work) == Outcome(0)
    answered = answers.read_text(encoding="utf-8").splitlines()
    assert answered, "the last file that changes is asked about before it does"
    assert set(answered) == {"''"}
