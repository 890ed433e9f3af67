"""The project of tests/e2e/migrations, its clients under load, and devpool on a terminal."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo_rig import DEVPOOL, PASSWORD_IN_URL, DemoProject
from pooler_rig import Container, docker

PROJECT = Path(__file__).resolve().parent / "migrations"
ADVISORY = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


# One migration after the other, each of which adds a column, so that a row looks different every time.
_ALEMBIC = """
import sqlalchemy as sa
from alembic import op

revision = "{number:04}"
down_revision = {before!r}


def upgrade():
    {change}
"""
_CREATE = 'op.execute("CREATE TABLE item AS SELECT generate_series(1, 5) AS id")'
_RAILS = """
class AddRails{number} < ActiveRecord::Migration[7.2]
  def change
    add_column :item, :rails_{number}, :integer
    execute "INSERT INTO seen SELECT 'rails', host(client_addr), application_name
             FROM pg_stat_activity WHERE pid = pg_backend_pid()"
  end
end
"""


def write_migrations(project: DemoProject) -> None:
    """0001 to 0007 for Alembic, the first of which makes the table, and five for Rails."""
    for number in range(1, 8):
        change = f'op.add_column("item", sa.Column("alembic_{number}", sa.Integer))' if number > 1 else _CREATE
        before = f"{number - 1:04}" if number > 1 else None
        text = _ALEMBIC.format(number=number, before=before, change=change)
        _write(project.folder / "shop" / "versions" / f"{number:04}.py", text)
    for number in range(1, 6):
        name = f"2026010100000{number}_add_rails{number}.rb"
        _write(project.folder / "blog" / "db" / "migrate" / name, _RAILS.format(number=number))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def ask(project: DemoProject, sql: str) -> str:
    """What Postgres itself answers."""
    words = ["exec", "-T", "db", "psql", "-XqAt", "-U", "shop", "-d", "shop"]
    return project.compose(*words, given=sql).strip()


def address(project: DemoProject, service: str) -> str:
    """The address of a service's container in the project's network."""
    (container,) = project.containers()[service]
    return Container(container).address()


class Clients:
    """Clients of shop that go on asking through the pooler."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def report(self) -> dict[str, Any]:
        """How many queries they had answered by now, their errors, and how many of them are pooled."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


@contextmanager
def clients(project: DemoProject, many: int) -> Iterator[Clients]:
    """So many clients, all connected, until the end of the block."""
    words = ["docker", "compose", "exec", "-T", "shop", "python3", "clients.py", str(many)]
    process = subprocess.Popen(
        words, cwd=project.folder, env=project.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "working\n"
        yield Clients(process)
    finally:
        process.communicate(timeout=30)


# --- a devpool that goes on ---


def one_offs(project: DemoProject) -> list[str]:
    """The one-off containers that there are, ended ones too."""
    mine = f"--filter=label=com.docker.compose.project={project.name}"
    return docker("ps", "--all", "--quiet", mine, "--filter=label=com.docker.compose.oneoff=True").stdout.split()


def secrets_in_process_list() -> list[str]:
    """The command lines of this machine, those inside of containers too, that have the password in them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if PASSWORD_IN_URL in words:
            found.append(words.replace("\0", " "))
    return found


@contextmanager
def started(project: DemoProject, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """devpool with pipes for its streams, whose command has said `ready`."""
    process = subprocess.Popen(
        [*DEVPOOL, *arguments],
        cwd=project.folder,
        env=project.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


class Terminal:
    """devpool on a terminal of its own."""

    def __init__(self, project: DemoProject, *arguments: str) -> None:
        self.process, self.end = pty.fork()
        if self.process == 0:
            os.chdir(project.folder)
            os.execvpe(DEVPOOL[0], [*DEVPOOL, *arguments], project.environ)
        self.seen = ""

    def read_until(self, text: str, seconds: float = 30) -> str:
        """All that was shown, as soon as a text is in it."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self.end], [], [], 0.1)[0]:
                self.seen += os.read(self.end, 4096).decode(errors="replace")
        return self.seen

    def type(self, text: str) -> None:
        os.write(self.end, text.encode())

    def code(self) -> int:
        """Its exit code, once it has ended."""
        while True:
            try:
                self.seen += os.read(self.end, 4096).decode(errors="replace")
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
