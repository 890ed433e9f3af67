"""Whether the project's files are as devpool wrote them, and where they are not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from devpool.commit.state import State
from devpool.flow.record import read_digests
from devpool.undo.undo import read_edited, stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference: the file, the place in its own terms (`services.web.environment`), and what is wrong."""

    file: str
    place: str
    problem: str


def drift(state: State, directory: Path) -> list[Drift]:
    """The edits that no longer stand as devpool wrote them, and private files that a fresh checkout lacks."""
    lost = [name for name in state.private if not (directory / name).is_file()]
    found = [Drift(file=name, place="", problem="is not here: `devpool enable` writes it") for name in lost]
    known, poolers = read_digests(state), [p.name for p in state.poolers]
    for path in state.paths():
        edits = state.edits_of(path)
        if not Path(path).is_file():
            found.append(Drift(file=path, place="", problem="the file is gone"))
            continue
        changed = stands(read_edited(path, Path(path).read_bytes(), edits), edits, known, poolers)
        found += [Drift(file=path, place=".".join(e.at), problem="changed since enable") for e in changed]
    return found
