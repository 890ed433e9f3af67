"""devpool is killed, or its pooler, in the middle of the work and under load: nothing is left, no row is lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from demo_rig import DEVPOOL, DemoProject, Tree, demo_project
from pooler_rig import docker, eventually

# Says the name of each row after Postgres has said that it is committed.
_WRITE = """
import os, time, uuid, psycopg
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=None) as connection:
    while True:
        name = str(uuid.uuid4())
        connection.execute("INSERT INTO ledger VALUES (%s)", [name])
        print("committed", name, flush=True)
        time.sleep(0.002)
"""
WRITERS = 4


class Load:
    """Clients in the web containers that write rows all the time, and go on in the next container when theirs goes."""

    def __init__(self, project: DemoProject) -> None:
        self.project = project
        self.committed: set[str] = set()
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def _write(self) -> None:
        while not self.ended.is_set():
            words = ["docker", "compose", "exec", "-T", "web", "python3", "-c", _WRITE]
            with subprocess.Popen(
                words,
                cwd=self.project.folder,
                env=self.project.environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            ) as writer:
                assert writer.stdout is not None, "it is a pipe"
                for line in writer.stdout:
                    # Docker says in the same stream that a container is gone, and the last line may be half of one.
                    if said := re.fullmatch(r"committed ([0-9a-f-]{36})\n", line):
                        self.committed.add(said[1])
                    if self.ended.is_set():
                        writer.terminate()

    def goes_on(self) -> bool:
        """Whether rows are written now."""
        count = len(self.committed)
        return bool(eventually(lambda: len(self.committed) > count + 20, "rows are written"))


@contextmanager
def load(project: DemoProject) -> Iterator[Load]:
    project.sql("CREATE TABLE IF NOT EXISTS ledger (name text PRIMARY KEY)")
    found = Load(project)
    for thread in found.threads:
        thread.start()
    try:
        found.goes_on()
        yield found
    finally:
        found.ended.set()
        for thread in found.threads:
            thread.join(30)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[DemoProject]:
    with demo_project(tmp_path_factory.mktemp("killed"), plain_shell, "killed") as project:
        project.up()
        yield project


@pytest.fixture(scope="module")
def before(project: DemoProject) -> Tree:
    return project.tree()


def started(project: DemoProject, *words: str) -> subprocess.Popen[str]:
    """devpool in a process group of its own, with the docker commands that it runs."""
    return subprocess.Popen(
        [*DEVPOOL, *words],
        cwd=project.folder,
        env=project.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )


def ended(process: subprocess.Popen[str], number: int) -> int:
    """The code of a group that is sent a signal."""
    os.killpg(process.pid, number)
    process.communicate(timeout=120)
    return process.returncode


def is_direct(project: DemoProject, before: Tree, rows: Load) -> None:
    """Files as before, no pooler, the app answers and is direct, and every committed row is there."""
    assert project.tree() == before
    assert sorted(project.containers()) == ["db", "web", "worker"]
    assert eventually(project.web_says, "web answers")["pooled"] is False
    assert rows.goes_on()
    known = set(rows.committed)
    kept = set(project.sql("SELECT name FROM ledger").split())
    assert known <= kept, f"{len(known - kept)} of {len(known)} committed rows are missing"
    assert len(known) > 100, "so few rows would prove nothing"


def pooler_is_there(project: DemoProject) -> Callable[[], bool]:
    return lambda: "pgbouncer" in project.containers()


def web_is_another(project: DemoProject) -> Callable[[], bool]:
    ids = project.containers()["web"]
    return lambda: project.containers().get("web", ids) != ids


@pytest.mark.parametrize("moment", ["the pooler starts", "the apps are recreated"])
def test_after_devpool_was_killed_in_enable_disable_gives_everything_back(
    project: DemoProject, before: Tree, moment: str
) -> None:
    with load(project) as rows:
        reached = pooler_is_there(project) if moment == "the pooler starts" else web_is_another(project)
        process = started(project, "enable")
        eventually(reached, moment, seconds=120)
        assert ended(process, signal.SIGKILL) == -signal.SIGKILL
        assert project.tree() != before
        project.devpool("disable")
        is_direct(project, before, rows)


def test_after_the_pooler_was_killed_in_enable_disable_gives_everything_back(
    project: DemoProject, before: Tree
) -> None:
    with load(project) as rows:
        process = started(project, "enable")
        eventually(pooler_is_there(project), "the pooler starts", seconds=120)
        docker("kill", *project.containers()["pgbouncer"])
        said, _ = process.communicate(timeout=180)
        assert process.returncode in (0, 1), said
        project.devpool("disable")
        is_direct(project, before, rows)


def test_after_devpool_was_killed_in_disable_the_next_one_finishes(project: DemoProject, before: Tree) -> None:
    with load(project) as rows:
        project.devpool("enable")
        process = started(project, "disable")
        eventually(lambda: not (project.folder / ".devpool" / "state.json").exists(), "the files are direct")
        assert ended(process, signal.SIGKILL) == -signal.SIGKILL
        assert "pgbouncer" in project.containers(), "it was killed before it was done"
        project.devpool("disable")
        is_direct(project, before, rows)


def test_ctrl_c_in_disable_leaves_files_and_containers_pooled_alike(project: DemoProject, before: Tree) -> None:
    with load(project) as rows:
        project.devpool("enable")
        pooled = project.tree()
        process = started(project, "disable")
        eventually(lambda: not (project.folder / ".devpool" / "state.json").exists(), "the files are direct")
        assert ended(process, signal.SIGINT) == 130
        assert project.tree() == pooled
        assert eventually(project.web_says, "web answers")["pooled"] is True
        project.devpool("disable")
        is_direct(project, before, rows)
