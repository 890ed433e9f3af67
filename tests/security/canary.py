"""A project beside a home that nothing may touch, and devpool run in it as its owner would: tools of these tests."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from devpool.cli import run
from devpool.output import Output

SECRET = b"-----BEGIN OPENSSH PRIVATE KEY-----\nHimmelfahrt9\n"
BASHRC = b"# mine\nexport PATH\n"
EVIL = b"ssh-ed25519 AAAA attacker\n"
PASSWORD = "hunter2"
COMPOSE = """services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD}
  web:
    build: .
    env_file: .env
    environment:
      - DEBUG=0
      - DATABASE_URL
    depends_on: [db]
  migrate:
    build: .
    env_file: .env
    command: python manage.py migrate
  report:
    image: report
    env_file: report.env
"""
REPORT = f"DB_CONNECTION=pgsql\nDB_HOST=db.shop.net\nDB_PORT=5432\nDB_USERNAME=shop\nDB_PASSWORD={PASSWORD}\n"
"""The login of a server outside: its pooler gets it in a private env file, as no other file could give it."""
DOTENV = f"DB_PASSWORD={PASSWORD}\nDATABASE_URL=postgres://postgres:{PASSWORD}@db:5432/app\n"
"""Its app shares it with a migrator, and so it is pooled by name."""
QUIET = ("--no-up", "--no-verify")
ENABLE = ("enable", *QUIET)
DISABLE = ("disable", "--no-up")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("explain",),
    (*ENABLE, "--dry-run"),
    ENABLE,
    ("set", "default_pool_size=40", *QUIET),
    DISABLE,
    ("migrate", "web"),
    ("check",),
)

Tree = dict[str, tuple[int, int, bytes]]


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code, and its words on both streams."""

    code: int
    words: str


@dataclass(frozen=True)
class World:
    """A folder with a project and a home beside it.

    Attributes:
        project: the project's folder, whose files an attacker has prepared.
        home: what belongs to the user alone.
    """

    project: Path
    home: Path

    @property
    def own(self) -> Path:
        return self.project / ".devpool"

    def devpool(self, *words: str) -> Ran:
        """Run a command; it is a bug where it ends with one, and nothing of the home may be shown."""
        os.chdir(self.project)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*words], Output(as_json="--json" in words))
        said = out.getvalue() + err.getvalue()
        assert code in (0, 1, 4), f"{words}: exit code {code}\n{said}"
        assert "Traceback" not in said
        assert "Himmelfahrt9" not in said
        return Ran(code, said)

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """No byte outside of the project changes."""
        before = tree(self.home)
        yield
        assert tree(self.home) == before

    def intent(self, *entries: dict[str, object], token: str = "0123456789abcdef", copies: dict[str, bytes]) -> None:
        """The journal of an attacker, as devpool would write it but for what he cannot know."""
        journal = self.own / "journal"
        journal.mkdir(parents=True, exist_ok=True)
        body = json.dumps({"version": 1, "token": token, "entries": entries}, indent=1).encode()
        (journal / "intent").write_bytes(digest(body).encode() + b"\n" + body)
        for name, data in copies.items():
            (journal / name).write_bytes(data)


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def entry(path: str, before: bytes | None, after: bytes | None, copy: str = "0-copy") -> dict[str, object]:
    """An entry of an intent: what recovery makes `before` of what is `after` now."""
    told = {"before": before and digest(before), "after": after and digest(after)}
    return {"path": path, **told, "copy": copy, "mode": 0o600, "uid": -1, "gid": -1}


def build(root: Path) -> World:
    """The project, and the home with what is worth stealing and destroying."""
    home, project = root / "home", root / "project"
    project.mkdir(parents=True)
    (project / "compose.yml").write_text(COMPOSE)
    (project / ".env").write_text(DOTENV)
    (project / "report.env").write_text(REPORT)
    (project / ".env").chmod(0o600)
    (home / ".ssh").mkdir(parents=True)
    (home / "empty" / "deep").mkdir(parents=True)
    (home / "papers" / "journal" / "deep").mkdir(parents=True)
    (home / ".ssh" / "id_rsa").write_bytes(SECRET)
    (home / ".ssh" / "id_rsa").chmod(0o600)
    (home / ".bashrc").write_bytes(BASHRC)
    (home / "papers" / "journal" / "thesis.txt").write_bytes(b"years of work\n")
    (home / "papers" / "journal" / "0-notes").write_bytes(b"notes\n")
    (home / "papers" / "lock").write_bytes(b"a lock of mine\n")
    return World(project, home)


def tree(folder: Path) -> Tree:
    """Mode, time of change and content of everything below a folder."""
    found: Tree = {}
    for root, folders, names in os.walk(folder):
        for name in (".", *folders, *names):
            path = Path(root, name)
            status = path.lstat()
            kind = stat.S_IFMT(status.st_mode)
            data = os.readlink(path).encode() if kind == stat.S_IFLNK else b""
            found[str(path)] = (
                status.st_mode,
                status.st_mtime_ns,
                path.read_bytes() if kind == stat.S_IFREG else data,
            )
    return found


def each(*commands: Sequence[str]) -> list[tuple[str, ...]]:
    """Commands as parameters of a test."""
    return [tuple(command) for command in commands]
