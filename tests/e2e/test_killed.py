"""devpool is killed, or its pooler, in the middle of the work and under load: nothing is left, no row is lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from demo_rig import DEVPOOL, DemoProject, Moment, demo_project
from pooler_rig import docker, eventually
from thinned import slow

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
def before(project: DemoProject) -> Moment:
    return Moment.now(project)


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


def is_direct(project: DemoProject, before: Moment, rows: Load) -> None:
    """Files and containers as before, the app answers and is direct, and every committed row is there."""
    now = Moment.now(project)
    assert (now.tree, now.count(), now.things) == (before.tree, before.count(), before.things)
    assert eventually(project.web_says, "web answers")["pooled"] is False
    assert rows.goes_on()
    known = set(rows.committed)
    kept = set(project.sql("SELECT name FROM ledger").split())
    assert known <= kept, f"{len(known - kept)} of {len(known)} committed rows are missing"
    assert len(known) > 100, "so few rows would prove nothing"


def pooler_is_there(project: DemoProject) -> bool:
    return "pgbouncer" in project.containers()


def web_is_between(project: DemoProject) -> bool:
    """Whether the new container stands beside the old one, which Docker is about to stop."""
    labels = (f"project={project.name}", "service=web")
    which = [f"--filter=label=com.docker.compose.{label}" for label in labels]
    return bool(docker("ps", "--all", "--quiet", "--filter=status=created", *which).stdout)


@pytest.mark.parametrize("moment", [slow("the pooler starts"), "web is between old and new"])
def test_after_devpool_was_killed_in_enable_disable_gives_everything_back(
    project: DemoProject, before: Moment, moment: str
) -> None:
    with load(project) as rows:
        process = started(project, "enable")
        reached = pooler_is_there if moment == "the pooler starts" else web_is_between
        eventually(lambda: reached(project), moment, seconds=120)
        assert ended(process, signal.SIGKILL) == -signal.SIGKILL
        assert project.tree() != before.tree
        project.devpool("disable")
        is_direct(project, before, rows)


@pytest.mark.slow
def test_after_the_pooler_was_killed_in_enable_disable_gives_everything_back(
    project: DemoProject, before: Moment
) -> None:
    with load(project) as rows:
        process = started(project, "enable")
        eventually(lambda: pooler_is_there(project), "the pooler starts", seconds=120)
        docker("kill", *project.containers()["pgbouncer"])
        said, _ = process.communicate(timeout=180)
        assert process.returncode in (0, 1), said
        project.devpool("disable")
        is_direct(project, before, rows)


@pytest.mark.slow
def test_after_devpool_was_killed_in_disable_the_next_one_finishes(project: DemoProject, before: Moment) -> None:
    with load(project) as rows:
        project.devpool("enable")
        process = started(project, "disable")
        eventually(lambda: web_is_between(project), "web is between old and new")
        assert ended(process, signal.SIGKILL) == -signal.SIGKILL
        assert project.tree()["compose.yaml"] == before.tree["compose.yaml"], "the files are direct"
        assert "pgbouncer" in project.containers(), "it was killed before it was done"
        project.devpool("disable")
        is_direct(project, before, rows)


@pytest.mark.slow
def test_ctrl_c_in_disable_leaves_files_and_containers_pooled_alike(project: DemoProject, before: Moment) -> None:
    with load(project) as rows:
        project.devpool("enable")
        pooled, things = project.tree(), project.things()
        process = started(project, "disable")
        eventually(lambda: web_is_between(project), "web is between old and new")
        assert (project.folder / ".devpool" / "lock").read_text() == f"{process.pid}\n", "no other devpool meanwhile"
        assert ended(process, signal.SIGINT) == 130
        assert project.tree() == pooled
        assert project.things() == things, "no container is left over, and each has its own name"
        assert eventually(project.web_says, "web answers")["pooled"] is True
        project.devpool("disable")
        is_direct(project, before, rows)
