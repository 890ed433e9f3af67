"""Notes about the files that enable writes: who else reads them, and what a user cannot see in the plan."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator

from devpool.commit.write_user_files import hard_links
from devpool.decide.plan import Plan
from devpool.model.paths import relative
from devpool.model.sources import Sources


def file_notes(
    sources: Sources, plan: Plan, reached: Iterable[str], texts: Iterable[str], edited: Iterable[str]
) -> tuple[str, ...]:
    """The notes, one sentence each.

    Args:
        sources: the project's files, with the search for other readers.
        plan: the plan, with credentials.
        reached: the other compose files that a change reaches.
        texts: the files that get a new text.
        edited: the files that the plan edits.
    """
    return (
        *_shared(sources, plan, reached),
        *_cut_off(sources),
        *_only_by_default(sources),
        *_hard_links(sources, texts),
        *_outside(sources, edited),
    )


def _shared(sources: Sources, plan: Plan, reached: Iterable[str]) -> Iterator[str]:
    """Notes about other compose files that read what changes: how they get the poolers."""
    for reader in reached:
        file = os.path.relpath(plan.credentials[plan.poolers[0].name].document.path, posixpath.dirname(reader))
        blocks = ", ".join(f"{p.name}: {{extends: {{file: {file}, service: {p.name}}}}}" for p in plan.poolers)
        yield f"{relative(reader, sources.directory)} also reads text that changes; add to its `services`: {blocks}"


def _cut_off(sources: Sources) -> Iterator[str]:
    if sources.cut_off:
        yield (
            "the repository is large: devpool did not look at all of it for other compose files that read the same "
            "files; those that do may need the pooler, too"
        )


def _only_by_default(sources: Sources) -> Iterator[str]:
    """A note on who reads an override file."""
    if sources.override:
        yield (
            f"Compose reads {relative(sources.override.path, sources.directory)} only where it finds the compose file "
            "by itself: with -f or COMPOSE_FILE the apps connect directly"
        )


def _hard_links(sources: Sources, paths: Iterable[str]) -> Iterator[str]:
    """Notes about files with several hard links, because an edited file is a new file."""
    for path in paths:
        others = hard_links(path) - 1
        if others > 0:
            names = "another name" if others == 1 else f"{others} other names"
            yield (
                f"{relative(path, sources.directory)} has {names} (hard links), which will keep the old text: "
                "use symbolic links for a file that several places share"
            )


def _outside(sources: Sources, edited: Iterable[str]) -> tuple[str, ...]:
    """The edited files outside the project's root, which the user has allowed."""
    paths = dict.fromkeys(path for path in edited if path in sources.outside)
    return tuple(f"{path} is outside the repository and is edited anyway{_behind(path)}" for path in paths)


def _behind(path: str) -> str:
    real = os.path.realpath(path)
    return "" if real == path else f": the file is {real}"
