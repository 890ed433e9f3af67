"""The changes that a command would make, as a value: the files before and after, and the plan behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devpool.commit.journal import commit
from devpool.commit.machine_key import sign
from devpool.commit.unverified import DIGESTS_PURPOSE
from devpool.commit.write_user_files import FileChange
from devpool.decide.plan import Plan
from devpool.devpool_folder import BUILD_CONTEXT, DIGESTS, EXPORTER_CONTEXT, FOLDER
from devpool.errors import DevpoolError
from devpool.model.paths import relative
from devpool.model.project import Project
from devpool.model.sources import Sources
from devpool.undo.state import State

_SERVICE_DEPTH = len(("services", "pgbouncer"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """The changes that a command would make.

    Attributes:
        sources: the project without devpool.
        project: the model of the direct project; None for disable.
        plan: the plan; None for disable.
        before: the bytes on disk of every file concerned; None for a file that does not exist.
        after: their new bytes; None for a file that is removed.
        modes: permission bits of new files that do not get the default ones.
        edited: the user's own files among them.
        proved: whether Compose's models were compared.
        state: the record that belongs to the result; None for disable.
        notes: what the user should know about the plan.
    """

    sources: Sources
    project: Project | None
    plan: Plan | None
    before: Mapping[str, bytes | None] = field(repr=False)
    after: Mapping[str, bytes | None] = field(repr=False)
    modes: Mapping[str, int]
    edited: tuple[str, ...]
    proved: bool
    state: State | None
    notes: tuple[str, ...] = ()

    def changes(self) -> list[FileChange]:
        """The files to write, without those that are already right.

        The order keeps the project readable for Compose at every moment, because no file names one that is missing:
        new files come first and removed files last. Of the user's own files, the one with the poolers is the first to
        get them and the last to lose them. Files that only this machine may write are signed here.
        """
        after = dict(self.after)
        digests = f"{self.sources.directory}/{DIGESTS}"
        body = after.get(digests)
        if body is not None:
            after[digests] = sign(Path(self.sources.directory), DIGESTS_PURPOSE, body)
        changed = [p for p in after if self.before[p] != after[p]]
        return [
            FileChange(path=p, before=self.before[p], after=after[p], mode=self.modes.get(p))
            for p in sorted(changed, key=self._turn)
        ]

    def _turn(self, path: str) -> int:
        """The place of a file in the order of `changes`."""
        if self.before[path] is None and path not in self.edited:
            return -2
        if self.after[path] is None and path not in self.edited:
            return 2
        edits = self.state.edits_of(path) if self.state else []
        if not any(e.inserts and len(e.at) == _SERVICE_DEPTH for e in edits):
            return 0
        return -1 if self.plan else 1

    @property
    def private(self) -> tuple[str, ...]:
        """The private env files that are written, by absolute path."""
        return tuple(f"{self.sources.directory}/{name}" for name in self.state.private) if self.state else ()

    @property
    def restored(self) -> tuple[str, ...]:
        """The parts of `.devpool/` that were missing and are written."""
        folder = f"{self.sources.directory}/{FOLDER}/"
        new = (p for p in self.after if p.startswith(folder) and self.before[p] is None and self.after[p] is not None)
        return tuple(dict.fromkeys(f"{FOLDER}/{path.removeprefix(folder).split('/')[0]}" for path in new))

    @property
    def rewrites(self) -> tuple[str, ...]:
        """The user's own files that change."""
        return tuple(path for path in self.edited if self.before[path] != self.after[path])

    def commit(self, directory: Path) -> list[DevpoolError]:
        """Write all of the changes into this folder's project, or none; returns warnings for the user.

        Raises:
            DevpoolError: what `journal.commit` raises.
        """
        return commit(directory, self.changes())

    @property
    def replaced(self) -> tuple[str, ...]:
        """The files of the build contexts that enable replaces or removes because this devpool did not write them."""
        contexts = tuple(f"{self.sources.directory}/{folder}/" for folder in (BUILD_CONTEXT, EXPORTER_CONTEXT))
        mine = (p for p in self.after if p.startswith(contexts) and self.before[p] not in (None, self.after[p]))
        return tuple(sorted(mine)) if self.plan else ()

    def diff(self) -> str:
        """A unified diff of the user's own files and the private ones, with values masked, and of `replaced`."""
        from devpool.redact.masked_diff import difference, known_hosts, plain  # most runs show no diff

        env = {*self.sources.env_files, *self.private}
        texts = [(p, d) for p in self.edited if p not in env for d in (self.before[p], self.after[p]) if d is not None]
        known = known_hosts(texts) | self.sources.services.keys()
        lines = [
            line
            for path in (*self.edited, *self.private)
            for line in difference(
                relative(path, self.sources.directory), self.before[path], self.after[path], known, env=path in env
            )
        ]
        for path in self.replaced:
            lines += plain(relative(path, self.sources.directory), self.before[path], self.after[path])
        return "".join(lines)
