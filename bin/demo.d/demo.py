"""The demo's steps. Run it as bin/demo, which first sees to devpool and to Docker.

Whatever is said of the project is checked where it can be seen: in Postgres, in the app, in the files. The first
claim that does not hold ends the demo with exit code 1. Whichever way it ends, nothing of it is left.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[2] / "compose" / "demo"
APPS = ("web", "worker")
MIGRATION = "notes.0002_note_written_at"
BURST = "docker compose exec -T web python3 burst.py --clients 60 --seconds 5"
CONNECTION = "from urllib.request import urlopen as u; print(u('http://127.0.0.1:8000/connection/').read().decode())"
# The clients of Postgres, without the one that asks.
HELD = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
FEW = 0.5  # "few" connections: less than this share of the direct ones
PATIENCE = 30  # seconds that something may take that has already been started


class Failed(Exception):
    """A command failed, or a claim does not hold."""


def say(text: str = "") -> None:
    print(text, flush=True)  # noqa: T201


def claim(holds: bool, sentence: str) -> None:
    """Says a sentence that was checked, or ends the demo with it."""
    if not holds:
        raise Failed(f"this should be so, and is not: {sentence}")
    say(f"  ok: {sentence}")


def eventually(look: Callable[[], bool]) -> bool:
    """Whether a thing becomes so while there is patience."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


class Process:
    """A command in the project's folder.

    It gets a process group of its own, so that ctrl-C reaches it once, from here, and it is waited for: what it
    was starting must not come up behind our cleaning.
    """

    def __init__(self, folder: Path, environ: dict[str, str], command: list[str]) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            process_group=0,
        )

    def output(self, *, shown: bool = False) -> str:
        """All that it says, on either stream, until it has ended."""
        assert self.process.stdout
        lines = []
        try:
            for line in self.process.stdout:
                lines.append(line)
                if shown:
                    say(f"  {line}".rstrip())
            self.process.wait()
        except BaseException:
            self.stop()
            raise
        return "".join(lines)

    def stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(PATIENCE)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
            break


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What the clients saw, and how many connections Postgres held at most meanwhile."""

    held: int
    report: dict[str, Any]


class Demo:
    """A copy of the project in a folder of its own, whose name is the project's name to Compose."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {n: v for n, v in os.environ.items() if not n.startswith(("COMPOSE_", "DEVPOOL_"))}
        self.environ["WEB_PORT"] = str(free_port())
        self.number = 0

    # --- commands ---

    def step(self, title: str) -> None:
        self.number += 1
        say(f"\n{self.number}. {title}")

    def run(self, command: str, *, shown: bool = False, typed: bool = True) -> str:
        """Runs a command as one would type it in the project's folder; gives its output."""
        if typed:
            say(f"\n  $ {command.replace(' -T ', ' ')}")
        process = Process(self.folder, self.environ, shlex.split(command))
        output = process.output(shown=shown)
        if process.process.returncode:
            said = "" if shown else f"\n{output.rstrip()}"
            raise Failed(f"exit code {process.process.returncode}: {command}{said}")
        return output

    def sql(self, statement: str) -> str:
        psql = "docker compose exec -T db psql -X -q -A -t -U notes -d notes -c"
        return self.run(f"{psql} {shlex.quote(statement)}", typed=False).strip()

    def status(self) -> dict[str, dict[str, Any]]:
        """The connections that devpool counts, by app."""
        body = json.loads(self.run("devpool status --json", typed=False))
        return {c["service"]: c for c in body["connections"]}

    def app_answer(self, *, typed: bool = True) -> dict[str, Any]:
        """What web itself says of its connection to the database."""
        if typed:
            say("\n  $ curl http://127.0.0.1:8000/connection/    (inside web)")
        command = f"docker compose exec -T web python3 -c {shlex.quote(CONNECTION)}"
        answer = self.run(command, typed=False).strip()
        if typed:
            say(f"  {answer}")
        return dict(json.loads(answer))

    # --- measuring ---

    def burst(self) -> Burst:
        """Runs the burst client, and counts in Postgres while it runs."""
        say(f"\n  $ {BURST.replace(' -T ', ' ')}")
        watch = f"{HELD} \\watch i=0.2"
        psql = f"docker compose exec -T db sh -c {shlex.quote(self.watching(watch))}"
        counter = Process(self.folder, self.environ, shlex.split(psql))
        try:
            report = json.loads(self.run(BURST, typed=False))
        finally:
            self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'demo-watch'")
        counts = [int(line) for line in counter.output().split() if line.isdigit()]
        if not counts:
            raise Failed("Postgres was not asked for its connections while the burst ran")
        say(f"  {report['ok']} requests answered, {report['errors']} errors; Postgres held {max(counts)} connections")
        return Burst(held=max(counts), report=report)
