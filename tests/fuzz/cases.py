"""A case: a project of the golden cases, damaged by a few mutations that a seed and a number decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from fuzz.bytes_mutations import BYTES
from fuzz.env_mutations import ENV
from fuzz.yaml_mutations import YAML

from devpool.errors import USAGE

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "cases"
MARKER = "Pfandleiher7"
"""Stands where the golden case has a password; nothing that devpool shows may hold it."""

_BEFORE = rb"(://\w+:|PASSWORD['\"]?[:=][ \t]*['\"&*!]?|PASSWORD:-|\bpassword=)"
_PASSWORD = re.compile(_BEFORE + rb"[A-Za-z]\w*(?![\w.]*[(/])", re.I)
_IN_ITS_PLACE = re.compile(_BEFORE + MARKER.encode() + rb"(?!\w)", re.I)
_ODD = ("folder", "dangling", "loop", "fifo", "endless", "unreadable", "read-only", "link", "gone")
Odd = Literal["folder", "dangling", "loop", "fifo", "endless", "unreadable", "read-only", "link", "gone"]


@dataclass(slots=True)
class Case:
    """One case.

    Attributes:
        seed, number: what made it.
        golden: the golden case that it comes from.
        files: the bytes of its files by name.
        odd: what some names are instead of a plain file; `link` is a symlink to a file that holds the bytes.
        arguments: words for `enable` beside those that every case has.
        history: the mutations, in order, for the message of a failure.
    """

    seed: str
    number: int
    golden: str
    files: dict[str, bytes]
    odd: dict[str, Odd] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    history: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """All that is needed to make it again."""
        return f"DEVPOOL_FUZZ_SEED={self.seed} DEVPOOL_FUZZ_CASE={self.number}"

    @property
    def is_secret(self) -> bool:
        """Whether the marker is a password everywhere still: a mutation may have made a service's name of it."""
        return all(len(_IN_ITS_PLACE.findall(d)) == d.count(MARKER.encode()) for d in self.files.values())


def make_case(seed: str, number: int) -> Case:
    """The case of a seed and a number: always the same."""
    random = Random(f"{seed}/{number}")
    golden = random.choice(_golden_names())
    case = Case(seed=seed, number=number, golden=golden, files=dict(_files(golden)), arguments=_arguments(golden))
    case.arguments += random.choice(_WORDS)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        random.choices((_mutate, _make_odd), (95, 5))[0](random, case)
    return case


_WORDS = (
    *((),) * 14,
    *(("--json",), ("--diff",), ("--dry-run",)),
    *(("-f", "compose.yml"), ("--env-file", ".env"), ("--project-directory", ".")),
)


def _mutate(random: Random, case: Case) -> None:
    name = random.choice(sorted(case.files))
    own = ENV if name.endswith(".env") else YAML
    mutation: Callable[[Random, bytes], bytes] = random.choice(random.choice((BYTES, own)))
    case.files[name] = mutation(random, case.files[name])
    case.history.append(f"{mutation.__name__}({name})")


def _make_odd(random: Random, case: Case) -> None:
    """Make something else of a file, of one that is not there, or of devpool's own folder."""
    name = random.choice([*sorted(case.files), ".env", "compose.override.yml", ".devpool", ".devpool/state.json"])
    if any(other.startswith(f"{name}/") or name.startswith(f"{other}/") for other in case.files):
        return
    # An empty folder of that name is devpool's to remove.
    kinds = [kind for kind in _ODD if not name.startswith(".devpool") or kind not in ("folder", "gone")]
    case.odd[name] = random.choice(kinds)
    case.files.setdefault(name, b"A=b\n" if name == ".env" else b"services: {}\n")
    case.history.append(f"{case.odd[name]}({name})")


@cache
def _golden_names() -> tuple[str, ...]:
    """The golden cases but for those whose words devpool refuses, whatever the files are."""
    return tuple(sorted(path.name for path in GOLDEN.iterdir() if path.is_dir() and not _is_usage_error(path)))


def _is_usage_error(case: Path) -> bool:
    error = case / "error.txt"
    return error.is_file() and error.read_text(encoding="utf-8").startswith(f"exit {USAGE}\n")


@cache
def _files(golden: str) -> dict[str, bytes]:
    """The files of a golden case, the marker in place of every plain password."""
    before = GOLDEN / golden / "before"
    found = {p.relative_to(before).as_posix(): p.read_bytes() for p in sorted(before.rglob("*")) if p.is_file()}
    return {name: _PASSWORD.sub(rb"\g<1>" + MARKER.encode(), data) for name, data in found.items()}


@cache
def _arguments(golden: str) -> tuple[str, ...]:
    file = GOLDEN / golden / "args.txt"
    return tuple(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else ()
