"""The demo's steps. Run it as bin/demo, which first sees to devpool and to Docker.

Whatever is said of the project is checked where it can be seen: in Postgres, in the app, in the files. The first
claim that does not hold ends the demo with exit code 1. Whichever way it ends, nothing of it is left.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[2] / "compose" / "demo"
APPS = ("web", "worker")
MIGRATION = "notes.0002_note_written_at"
SECONDS = 4
BURST = f"docker compose exec -T web python3 burst.py --clients 60 --seconds {SECONDS}"
PSQL = "docker compose exec -T db psql -XqAt -U notes -d notes"
# The clients of Postgres, without the one that asks.
HELD = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
FEW = 0.5  # the pooled burst takes "few" connections if it takes less than this share of the direct one's
ASK_APP = "from urllib.request import urlopen as u; print(u('http://127.0.0.1:8000/connection/').read().decode())"
PATIENCE = 30  # seconds for something that has been started to show


class Failed(Exception):  # noqa: N818 - the demo has
    """A command failed, or a claim does not hold."""


def say(text: str = "") -> None:
    try:
        print(text, flush=True)  # noqa: T201
    except BrokenPipeError:  # `bin/demo | head`: nobody reads on, and there is still all to clean up
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def claim(holds: bool, sentence: str) -> None:
    """Says a sentence that was checked, or ends the demo with it."""
    if not holds:
        raise Failed(f"this should be so, and is not: {sentence}")
    say(f"  ok: {sentence}")


def eventually(look: Callable[[], bool]) -> bool:
    """Whether it becomes so while there is patience. A container that has just been started may not answer yet."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if look():
                return True
        except Failed:
            if time.monotonic() > deadline:
                raise
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- the project, and commands in it ---


class Command:
    """A command in the project's folder, which has ended at the end of the `with`.

    It is in a process group of its own, so that ctrl-C reaches it once, from here, and it is waited for: what it
    was about to start must not come up behind our cleaning.
    """

    def __init__(self, command: str, folder: Path, environ: dict[str, str], given: str = "") -> None:
        self.command = command
        self.process = subprocess.Popen(
            shlex.split(command),
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            process_group=0,
        )
        assert self.process.stdin
        with self.process.stdin as stdin:
            stdin.write(given)

    def __enter__(self) -> Command:
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)

    def output(self, *, shown: bool = False) -> str:
        """All that it says until its end, on either stream; shown: as it says it."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if shown:
                say(f"  {line}".rstrip())
        if code := self.process.wait():
            said = "" if shown else "\n" + "".join(lines).rstrip()
            raise Failed(f"exit code {code} from: {self.command}{said}")
        return "".join(lines)


class Project:
    """A copy of compose/demo in a new folder, whose name is the project's name to Compose."""

    def __init__(self) -> None:
        # Not mkdtemp's letters: a name with an underscore at its end cannot be part of an image's name.
        self.name = f"devpool-demo-{secrets.token_hex(4)}"
        self.folder = Path(tempfile.gettempdir(), self.name)
        self.folder.mkdir(mode=0o700)
        self.port = free_port()
        # Variables of the user's shell that would make it another project.
        self.environ = {n: v for n, v in os.environ.items() if not n.startswith(("COMPOSE_", "DEVPOOL_"))}
        self.environ["WEB_PORT"] = str(self.port)

    def start(self, command: str, given: str = "") -> Command:
        return Command(command, self.folder, self.environ, given)

    def run(self, command: str) -> str:
        """Runs a command silently and gives its output."""
        with self.start(command) as started:
            return started.output()

    def show(self, command: str) -> str:
        """Runs a command that the demo is about: as it is typed, and with what it says."""
        say(f"\n  $ {command}")
        with self.start(command) as started:
            return started.output(shown=True)

    def files(self) -> dict[str, tuple[int, str]]:
        """Mode and SHA-256 of every file, and the mode of every folder, by path."""
        return {
            str(path.relative_to(self.folder)): (
                path.stat().st_mode,
                hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder",
            )
            for path in sorted(self.folder.rglob("*"))
        }

    def sql(self, statement: str) -> str:
        return self.run(f"{PSQL} -c {shlex.quote(statement)}").strip()

    def address(self, service: str) -> str:
        container = self.run(f"docker compose ps --quiet {service}").strip()
        return self.run(
            f"docker inspect -f '{{{{range .NetworkSettings.Networks}}}}{{{{.IPAddress}}}}{{{{end}}}}' {container}"
        ).strip()

    def connections(self) -> dict[str, tuple[int, int]]:
        """The connections that each app holds now, as devpool counts them: at the pooler, at Postgres."""
        found = json.loads(self.run("devpool status --json"))["connections"] or []
        return {c["service"]: (c["at_pooler"], c["at_database"]) for c in found}

    def app_says(self) -> dict[str, Any]:
        """The app's own answer: PgBouncer tells every client at login that it is there."""
        answer = self.run(f"docker compose exec -T web python3 -c {shlex.quote(ASK_APP)}")
        return dict(json.loads(answer))

    def things(self, kind: str) -> list[str]:
        """The ids of its containers, networks or volumes."""
        everything = "--all" if kind == "container" else ""
        label = f"label=com.docker.compose.project={self.name}"
        return self.run(f"docker {kind} ls --quiet {everything} --filter {label}").split()

    def images(self) -> list[str]:
        """The names of its images: several may be one image."""
        return self.run(f"docker image ls --format {{{{.Repository}}}} --filter reference={self.name}-*").split()

    def remove(self) -> None:
        """Containers, networks, volumes and images of the project, and its folder."""
        if (self.folder / "compose.yaml").exists():
            self.run("docker compose down --volumes --remove-orphans --rmi local --timeout 5")
        if images := self.images():
            self.run(f"docker image rm --force {' '.join(images)}")
        if left := [thing for kind in ("container", "network", "volume") for thing in self.things(kind)]:
            raise Failed(f"left behind: {' '.join(left)}")
        shutil.rmtree(self.folder)


# --- the steps ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What the clients got, and the most connections that Postgres held meanwhile."""

    held: int
    got: dict[str, Any]


def burst(project: Project) -> Burst:
    """Sends the burst, and asks Postgres five times a second how many connections it holds."""
    say(f"\n  $ {BURST.replace(' -T', '')}")
    with project.start(PSQL, given=f"{HELD} \\watch i=0.2 c={SECONDS * 5}\n") as asking:
        got = json.loads(project.run(BURST).splitlines()[-1])
        held = max(int(line) for line in asking.output().split())
    say(f"  {got['ok']} requests answered, {got['errors']} failed; Postgres held up to {held} connections")
    return Burst(held=held, got=got)


def up(project: Project) -> None:
    say(f"\n  $ cp -r compose/demo {project.folder} && cd {project.folder}")
    shutil.copytree(SOURCE, project.folder, dirs_exist_ok=True)
    say("\n  $ docker compose up --detach --build --wait")
    project.run("docker compose up --detach --build --wait")
    claim(eventually(lambda: not project.app_says()["pooled"]), "web answers, and its own connection is direct")


def enable(project: Project) -> None:
    project.show("devpool enable --diff")
    project.show("devpool enable")
    filters = f"--filter name={project.name}-pgbouncer-1 --filter health=healthy"
    claim(bool(project.run(f"docker ps --quiet {filters}").strip()), "the pooler runs, and its health is good")


def prove_pooled(project: Project) -> None:
    project.show("devpool status")
    answer = project.app_says()
    say(f"\n  web, asked for /connection/, answers {json.dumps(answer)}")
    claim(answer["pooled"] and answer["mode"] == "transaction", "web's own connection says that it is pooled")
    now = project.connections()
    for app in APPS:
        at_pooler, at_database = now[app]
        claim(at_pooler > 0 and at_database == 0, f"{app}: {at_pooler} at the pooler, none at Postgres")


def migrate(project: Project) -> None:
    """Postgres logs who connects, so that the migration's own connection can be told from the pooler's."""
    project.sql("ALTER SYSTEM SET log_connections = on")
    project.sql("SELECT pg_reload_conf()")
    said = project.show("devpool migrate")
    claim(f"Applying {MIGRATION}... OK" in said, f"{MIGRATION} was applied")
    index = "SELECT count(*) FROM pg_indexes WHERE indexname = 'note_written_at'"
    claim(project.sql(index) == "1", "the index that it makes is in Postgres")
    pooler = project.address("pgbouncer")
    came = set(re.findall(r"connection received: host=([0-9a-f.:]+)", project.run("docker compose logs db")))
    direct = came - {pooler, "127.0.0.1", "::1"}
    claim(len(direct) == 1, f"it connected to Postgres directly, from {', '.join(direct)}; the pooler is {pooler}")


def prove_direct(project: Project, before: dict[str, tuple[int, str]]) -> None:
    after = project.files()
    differ = sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))
    number = sum(Path(project.folder, n).is_file() for n in after)
    say(f"\n  compose.yaml  sha256 {before['compose.yaml'][1]} before")
    say(f"                sha256 {after['compose.yaml'][1]} after")
    claim(
        not differ,
        f"all {number} files are identical, in every byte and in mode" + "".join(f", but {n}" for n in differ),
    )
    claim(eventually(lambda: not project.app_says()["pooled"]), "web's own connection says that it is direct")
    claim(
        eventually(lambda: all(project.connections().get(a, (0, 0))[1] > 0 for a in APPS)),
        f"{' and '.join(APPS)} hold connections at Postgres itself",
    )
    pooler_is_gone = len(project.things("container")) == 1 + len(APPS) and len(project.images()) == len(APPS)
    claim(pooler_is_gone, "the pooler's container and image are gone")


def table(direct: Burst, pooled: Burst) -> None:
    rows = [
        (f"60 clients for {SECONDS} seconds", "direct", "pooled"),
        ("connections Postgres held", direct.held, pooled.held),
        ("requests answered", direct.got["ok"], pooled.got["ok"]),
        ("requests failed", direct.got["errors"], pooled.got["errors"]),
        ("requests each second", direct.got["per_second"], pooled.got["per_second"]),
        ("half were answered within (ms)", direct.got["p50_ms"], pooled.got["p50_ms"]),
        ("95 in 100 within (ms)", direct.got["p95_ms"], pooled.got["p95_ms"]),
    ]
    say()
    for name, left, right in rows:
        say(f"  {name:<32}{left:>8}{right:>9}")
    say()


def demo(project: Project, *, keep: bool) -> None:
    say("1. A Django app, a worker and Postgres: no pooler yet")
    up(project)
    before = project.files()

    say("\n2. A burst of 60 clients, direct")
    direct = burst(project)

    say("\n3. devpool enable: what it would change, then the change")
    enable(project)

    say("\n4. The same burst, pooled")
    pooled = burst(project)
    table(direct, pooled)
    claim(
        pooled.held < FEW * direct.held,
        f"the same burst took fewer connections of Postgres: {pooled.held}, not {direct.held}",
    )

    say("\n5. Each app is pooled")
    prove_pooled(project)

    say("\n6. devpool migrate: a real migration, past the pooler")
    migrate(project)
    if keep:
        return

    say("\n7. devpool disable: everything as it was")
    project.show("devpool disable")
    prove_direct(project, before)


# --- from start to clean end ---


def clean(project: Project) -> bool:
    """Whether nothing is left. A second ctrl-C does not stop it half-way."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    say("\ncleaning up: containers, volumes, images and the folder")
    try:
        project.remove()
    except (Failed, OSError) as error:
        say(f"error: {error}\n\nhint: {take_down(project)}")
        return False
    return True


def take_down(project: Project) -> str:
    return f"cd {project.folder} && docker compose down --volumes --rmi local && rm -r {project.folder}"


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def outcome(project: Project, *, keep: bool) -> int:
    """The exit code of the demo; an error is said."""
    try:
        demo(project, keep=keep)
    except Failed as error:
        say(f"\nerror: {error}")
        return 1
    except KeyboardInterrupt:
        say("\ninterrupted")
        return 130
    except Exception:
        say(f"\n{traceback.format_exc()}")
        return 1
    return 0


def main() -> int:
    keep = "--keep" in sys.argv[1:]
    began = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    project = Project()
    code = outcome(project, keep=keep)
    if keep and code == 0:
        say(f"\nit is up and pooled: http://127.0.0.1:{project.port}/ and {project.folder}")
        say(f"to take it down:\n\n  {take_down(project)}")
        return 0
    if not clean(project):
        return code or 1
    if code == 0:
        took = time.monotonic() - began
        say(f"\ndone in {took:.0f} s: pooled, migrated, and back to the byte; every claim was checked")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
