"""Damage to a `.devpool/`: what its JSON says, its bytes, its modes, and what its names are on the disk."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from fuzz.bytes_mutations import BYTES

MINE = "mine.txt"
"""The user's own file in `.devpool/`: no mutation touches it, and no command may."""

Mutation = Callable[[Random, Path, Path], str]
"""Changes a `.devpool/` (the first path) with links to what is in a home (the second); says what it did."""

_MODES = (0, 0o200, 0o400, 0o444, 0o555, 0o600, 0o644, 0o666, 0o700, 0o755, 0o777, 0o1777, 0o4755)
_TOKENS = ("", "x/../../home/.bashrc", "../../home/lock", "0" * 15, "0" * 16, "g" * 16, "a\0b", "/etc", "\n" * 16)
_NAMES = (
    *(
        "compose.yml",
        ".env",
        ".devpool/state.json",
        ".devpool/lock",
        ".devpool/env/pgbouncer-db.shop.net.env",
        ".devpool",
    ),
    *("../home/.bashrc", "../home/.ssh/id_rsa", "../home/new", "../home/empty/x", "../home/papers/journal/thesis.txt"),
    *(
        ".devpool/../../home/.bashrc",
        "link/.bashrc",
        ".",
        "..",
        "",
        "/",
        "a\0b",
        "\udcff",
        "a\nb",
        "\x1b[31m",
        "\u202e",
    ),
    *("a/" * 3000, "x" * 300, "0-compose.yml", "../state.json", ".git/config", "Dockerfile"),
)
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 5, 2**31, 2**63, 2**64, 10**400, 1.5, float("inf"), float("nan"), "", "x", "0" * 64),
    *([], {}, [[]], {"": None}, [None], [5, "a", None], {"copy": [0, 10**400]}, {"copy": "x"}, "\ud800", "é" * 5000),
)


def json_value(random: Random, own: Path, home: Path) -> str:
    """Another value, or none, somewhere in what the JSON of a file says; its first line may be a signature."""
    path = _pick(random, own, ("state.json", "digests.json", "intent"))
    if path is None:
        return "no JSON"
    first, body = _split(path.read_bytes())
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "not JSON"
    place = _change(random, told, home)
    path.write_bytes(first + json.dumps(told, indent=1).encode())
    return f"{path.name}: {place}"


def _split(data: bytes) -> tuple[bytes, bytes]:
    if data[:1] in (b"{", b"["):
        return b"", data
    first, newline, body = data.partition(b"\n")
    return first + newline, body


def _change(random: Random, told: Any, home: Path) -> str:
    """Go down at random, and change what is there."""
    at: list[str] = []
    while isinstance(told, dict | list) and told:
        key = random.choice(list(told)) if isinstance(told, dict) else random.randrange(len(told))
        at.append(str(key))
        inner = told[key]
        if isinstance(inner, dict | list) and inner and random.random() < 0.8:
            told = inner
            continue
        action = random.random()
        if action < 0.1:
            del told[key]
        elif action < 0.2 and isinstance(told, dict):
            told[random.choice(("x", "", "path", "version", "edits"))] = told.pop(key)
        else:
            told[key] = _value(random, str(key), home)
        break
    return ".".join(at)


def _value(random: Random, key: str, home: Path) -> Any:
    if key == "token" and random.random() < 0.7:
        return random.choice(_TOKENS)
    if random.random() < 0.4:
        return random.choice((*_NAMES, f"{home}/.bashrc", f"{home}/new", f"{home}/.ssh/id_rsa"))
    return random.choice(_ODD)


def damaged_bytes(random: Random, own: Path, home: Path) -> str:
    """Other bytes in a file."""
    path = _pick(random, own)
    if path is None:
        return "no file"
    mutation = random.choice(BYTES)
    path.write_bytes(mutation(random, path.read_bytes()))
    return f"{mutation.__name__}({path.name})"


def other_signature(random: Random, own: Path, home: Path) -> str:
    """Another first line for a file that is signed, or that of another one."""
    path = _pick(random, own, ("digests.json", "intent"))
    if path is None:
        return "nothing signed"
    first, body = _split(path.read_bytes())
    new = random.choice((b"", b"\n", b"-\n", b"0" * 64 + b"\n", first.upper(), first[1:], first * 2, b"\xff\n"))
    path.write_bytes(new + body)
    return f"signature of {path.name}"


def mode(random: Random, own: Path, home: Path) -> str:
    """Another mode of a file or a folder."""
    path = _pick_any(random, own)
    if not path.exists():  # a link, by now, that leads nowhere
        return "no mode to change"
    path.chmod(random.choice(_MODES))
    return f"chmod {path.name}"


def link(random: Random, own: Path, home: Path) -> str:
    """A link in the place of a file or a folder, or beside them."""
    path = _place(random, own)
    inside = (".bashrc", ".ssh/id_rsa", ".ssh", "empty", "papers", "papers/journal", "papers/lock", "new", ".")
    target = random.choice((*(str(home / name) for name in inside), "/dev/zero", path.name, "..", "../compose.yml"))
    _clear(path)
    if random.random() < 0.1 and Path(target).is_file():
        os.link(target, path)
    else:
        path.symlink_to(target if random.random() < 0.5 else os.path.relpath(target, path.parent))
    return f"{path.name} -> {target}"


def other_kind(random: Random, own: Path, home: Path) -> str:
    """A folder in place of a file, a file in place of a folder, a pipe, or nothing."""
    path = _place(random, own)
    kind = random.choice(("folder", "full folder", "file", "pipe", "gone", "large"))
    _clear(path)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind in ("folder", "full folder"):
        path.mkdir()
        if kind == "full folder":
            (path / "x").write_bytes(b"x")
    elif kind in ("file", "large"):
        path.write_bytes(b"x\n")
        if kind == "large":
            os.truncate(path, 65 << 20)
    return f"{path.name} is {kind}"


def elsewhere(random: Random, own: Path, home: Path) -> str:
    """A file or folder under another name, or twice."""
    path, to = _pick_any(random, own), _place(random, own)
    if path == own or to == own or to.is_relative_to(path) or path.is_relative_to(to):
        return "nothing"
    _clear(to)
    if random.random() < 0.5 and path.is_file() and not path.is_symlink():
        shutil.copy2(path, to)
    else:
        path.rename(to)
    return f"{path.name} as {to.name}"


MUTATIONS: tuple[Mutation, ...] = (
    *(json_value, json_value, json_value, json_value, damaged_bytes, damaged_bytes, other_signature),
    *(mode, link, link, link, other_kind, other_kind, elsewhere),
)

_NAMED = (
    *(
        "state.json",
        "digests.json",
        "lock",
        ".gitignore",
        "env",
        "env/pgbouncer-db.shop.net.env",
        "env/new.env",
        "journal",
    ),
    *("journal/intent", "journal/.gitignore", "journal/0-compose.yml", "journal/0-compose.yml.new", "journal/x"),
    *("pgbouncer", "pgbouncer/Dockerfile", "exporter", "unverified-journal", "x", "."),
)


def _everything(own: Path) -> list[Path]:
    """What is there, links not followed, but for the user's own file."""
    found = [own] if own.is_dir() and not own.is_symlink() else []
    for root, folders, names in os.walk(own) if found else ():
        found += [Path(root, name) for name in sorted((*folders, *names)) if name != MINE]
    return found


def _pick(random: Random, own: Path, named: tuple[str, ...] = ()) -> Path | None:
    """A plain file."""
    files = [p for p in _everything(own) if p.is_file() and not p.is_symlink() and p.stat().st_nlink == 1]
    files = [p for p in files if not named or p.name in named]
    return random.choice(files) if files else None


def _pick_any(random: Random, own: Path) -> Path:
    found = [p for p in _everything(own) if not p.is_symlink() and (p.is_dir() or p.stat().st_nlink == 1)]
    return random.choice(found or [own.parent / "Dockerfile"])


def _place(random: Random, own: Path) -> Path:
    """A name that devpool knows, there or not; its folder is there."""
    if own.is_symlink() or not own.is_dir():
        return own
    path = own / random.choice(_NAMED) if random.random() < 0.8 else _pick_any(random, own)
    return path if path.parent.is_dir() and not path.parent.is_symlink() else own / "x"


def _clear(path: Path) -> None:
    """Make room; the user's own file goes too where all of the folder does."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)
