"""What enable does when it cannot finish: everything as it was, and the reason."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from demo_rig import DEVPOOL, DemoProject, Tree, demo_project
from pooler_rig import eventually

pytestmark = pytest.mark.slow

WRONG = "no such password"


@dataclass(kw_only=True)
class Attempt:
    """The project before and after an enable that could not finish, and what that said."""

    before: tuple[Tree, dict[str, list[str]], set[str]]
    after: tuple[Tree, dict[str, list[str]], set[str]]
    code: int
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[DemoProject]:
    """It runs, and its pooler never will: the file has another password than the database was made with."""
    with demo_project(tmp_path_factory.mktemp("taken-back"), plain_shell, "taken-back") as project:
        project.up("db")
        file = project.folder / "compose.yaml"
        file.write_text(file.read_text().replace("POSTGRES_PASSWORD: 'open sesame'", f"POSTGRES_PASSWORD: '{WRONG}'"))
        project.up()
        yield project


def look(project: DemoProject) -> tuple[Tree, dict[str, list[str]], set[str]]:
    return project.tree(), project.containers(), project.things()


@pytest.fixture(scope="module")
def failed(project: DemoProject) -> Attempt:
    before = look(project)
    stdout, stderr = project.devpool("enable", code=1)
    return Attempt(before=before, after=look(project), code=1, stdout=stdout, stderr=stderr)


@pytest.fixture(scope="module")
def interrupted(project: DemoProject) -> Attempt:
    """Ctrl-C, which reaches devpool and the docker that it runs alike, while the pooler is waited for."""
    before = look(project)
    process = subprocess.Popen(
        [*DEVPOOL, "enable"],
        cwd=project.folder,
        env=project.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    eventually(lambda: "pgbouncer" in project.containers(), "the pooler is started")
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    return Attempt(before=before, after=look(project), code=process.returncode, stdout=stdout, stderr=stderr)


def test_a_pooler_that_does_not_become_healthy_is_an_error_with_its_log(failed: Attempt) -> None:
    assert "error: the pooler did not become healthy; devpool undid everything" in failed.stderr
    assert "pgbouncer | " in failed.stderr
    assert 'password authentication failed for user "notes"' in failed.stderr
    assert "\nhint: the user or password does not match the server's" in failed.stderr
    assert "a database's volume keeps the password of its first start" in failed.stderr


def test_the_log_shows_no_password(failed: Attempt) -> None:
    said = failed.stdout + failed.stderr
    assert WRONG not in said
    assert "sesame" not in said


def test_after_a_failure_every_file_is_as_it_was(failed: Attempt) -> None:
    assert failed.after[0] == failed.before[0]


def test_after_a_failure_the_same_containers_run_and_nothing_else_is_left(
    failed: Attempt, project: DemoProject
) -> None:
    assert failed.after[1:] == failed.before[1:]
    assert eventually(project.web_says, "web answers")["pooled"] is False


def test_after_ctrl_c_everything_is_as_it_was(interrupted: Attempt) -> None:
    assert interrupted.code == 130
    assert "error: interrupted" in interrupted.stderr
    assert interrupted.after == interrupted.before
