"""A clone whose `.devpool/state.json` is an attacker's, beside a home that nothing may touch: tools of these tests."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from devpool.cli import run
from devpool.output import Output

COMPOSE = """\
x-evil: &evil
  privileged: true
x-more: &more
  LD_PRELOAD: /mnt/evil.so
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: cove
  web:
    image: app
    read_only: true
    env_file: web.env
    environment:
      DATABASE_URL: postgres://postgres:cove@db:5432/sea
      MODE: production
    depends_on: [db]
  worker:
    image: app
    environment:
      - DATABASE_URL=postgres://postgres:cove@db:5432/sea
"""
WEB_ENV = "LEVEL=info\nPGHOST=db\nPGPASSWORD=cove\n"
BASHRC = "# mine\nexport DB_HOST=pgbouncer\nexport PATH\n"
QUIET = ("--no-up", "--no-verify")
ENABLE = ("enable", *QUIET)
DISABLE = ("disable", "--no-up")
COMMANDS = (
    DISABLE,
    (*DISABLE, "--dry-run", "--diff"),
    (*DISABLE, "--force"),
    (*DISABLE, "--keep-mine"),
    ENABLE,
    (*ENABLE, "--dry-run"),
    ("set", "default_pool_size=40", *QUIET),
    ("status",),
    ("explain",),
    ("check",),
)


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code, and its words on both streams."""

    code: int
    words: str


@dataclass(frozen=True)
class Clone:
    """An enabled project, and the home of who has cloned it."""

    project: Path
    home: Path

    def devpool(self, *words: str) -> Ran:
        """Run a command in the project."""
        os.chdir(self.project)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*words], Output(as_json="--json" in words))
        said = out.getvalue() + err.getvalue()
        assert "Traceback" not in said
        return Ran(code, said)

    def text(self, name: str = "compose.yml") -> str:
        return (self.project / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.project / name).parent.mkdir(parents=True, exist_ok=True)
        (self.project / name).write_text(text, encoding="utf-8")

    @property
    def record(self) -> Path:
        return self.project / ".devpool" / "state.json"

    def change_record(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Let an attacker change the record."""
        body = json.loads(self.record.read_bytes())
        change(body)
        self.record.write_text(json.dumps(body), encoding="utf-8")

    def add_edit(
        self, file: str, new: str, old: str, at: tuple[str, ...], *, inserts: bool = False, alone: bool = True
    ) -> None:
        """An edit of the attacker's that fits what is in the file now; with `alone` it is the only one of that file."""
        text = self._now(file)
        start = text.index(new)
        edit = {"file": file, "at": list(at), "start": start, "end": start + len(old), "old": old, "new": [new]}

        def change(body: dict[str, Any]) -> None:
            others = [e for e in body["edits"] if not (alone and e["file"] == file)]
            body["edits"] = [*others, edit | {"inserts": inserts}]

        self.change_record(change)

    def _now(self, file: str) -> str:
        return Path(os.path.join(self.project, file)).read_text(encoding="utf-8")

    def state(self) -> dict[str, bytes]:
        """Everything of the home, and of the project but for devpool's own folder."""
        files = (p for root in (self.project, self.home) for p in root.rglob("*") if p.is_file() and not p.is_symlink())
        return {str(p): p.read_bytes() for p in files if ".devpool" not in p.parts}


def build(root: Path) -> Clone:
    """The project, enabled, and the home."""
    found = Clone(root / "home" / "src" / "project", root / "home")
    (found.project / ".git" / "hooks").mkdir(parents=True)
    (found.home / ".bashrc").write_text(BASHRC)
    (found.home / "other.env").write_text("DB_HOST=pgbouncer\n")
    found.write("compose.yml", COMPOSE)
    found.write("web.env", WEB_ENV)
    found.write(".git/hooks/pre-commit", "export DB_HOST=pgbouncer\n")
    found.write("Makefile", "DB_HOST=pgbouncer\nall:\n\tmake\n")
    return found


def enabled(clone: Clone) -> Clone:
    """The same, enabled as its owner did."""
    done = clone.devpool(*ENABLE)
    assert done.code == 0, done.words
    return replace(clone)
