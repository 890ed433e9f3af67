"""Where the app's own source has what was left on server connections."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from devpool.checks.installed import Mention, read_mentions
from devpool.compare.comparison import Left, Run
from devpool.compare.variant_model import LABEL
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.resources import inside


def with_places(runs: Iterable[Run], stack: Stack, service: str, holder: str) -> list[Run]:
    """Runs whose leftovers say where the source in the app's image has them.

    Args:
        runs: the runs.
        stack: the project's containers.
        service: the app.
        holder: the value of the comparison's label.
    """
    placed = list(runs)
    patterns = sorted({left.pattern for run in placed for left in run.left})
    mentions = _search(stack, service, holder, patterns) if patterns else []
    return [
        replace(run, left=tuple(replace(o, place=place(o, mentions, _groups(run))) for o in run.left)) for run in placed
    ]


def _groups(run: Run) -> set[str]:
    return {test.group for test in run.report.tests.values()} if run.report else set()


def place(left: Left, mentions: Iterable[Mention], groups: Collection[str] = ()) -> str:
    """The line that most likely left something; "" where none does.

    Args:
        left: it.
        mentions: the lines to choose from.
        groups: the names of the groups of tests that ran, in many tools made of their files' names.
    """

    def rank(mention: Mention) -> tuple[bool, bool]:
        file = posixpath.splitext(mention.place.rpartition(":")[0])[0]
        ran = any(file in group or file.replace("/", ".") in group for group in groups)
        return not ran, left.statement.lower() not in mention.text.lower()

    found = sorted((m for m in mentions if re.search(left.pattern, m.text, re.I)), key=rank)
    return found[0].place if found else ""


def _search(stack: Stack, service: str, holder: str, patterns: Sequence[str]) -> list[Mention]:
    options = ("--rm", "--no-deps", "-T", "--label", f"{LABEL}={holder}", "--entrypoint", "sh")
    given = [word for pattern in patterns for word in ("-e", pattern)]
    try:
        text = stack.compose("run", *options, service, "-c", inside("search.sh"), "sh", *given)
    except DevpoolError:
        return []  # the image has no shell
    return read_mentions(text)
