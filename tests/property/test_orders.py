"""Enable, disable and users' edits in any order: in the end there is the direct project with these edits."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from counting import count
from hypothesis import given
from hypothesis import strategies as st
from memory_project import EXPORTER, FOLDER, TEMPLATE, file_of, planned
from property.generated import AT_LENGTH, BOM, Generated, examples, projects
from property.users_edits import REORDERED, SAFE, SPACED, TAILED, VARIED, Files

from devpool.decide.planning import with_credentials
from devpool.edit.rewrite import rewrite
from devpool.errors import DevpoolError
from devpool.text.edits import Edit, apply
from devpool.undo.locate_edit import Digests, digests_of
from devpool.undo.undo import read_edited, undo

PROJECTS, ORDERS = 400 if AT_LENGTH else 100, 10
# An alias stays below its anchor. And where a variable is added to what it names, its copy does not have it: in a fresh
# checkout nobody knows which of the two the user has changed.
NOT_BESIDE_ALIASES = (REORDERED, VARIED)
_seen: dict[str, int] = {}


class Project:
    """A project's texts as they are, and as they would be had devpool never been there."""

    def __init__(self, made: Generated) -> None:
        self.bom = {n: data.startswith(BOM) for n, data in made.files.items()}
        self.publish = made.publish
        self.aliased = any(b"*own" in data for data in made.files.values())
        self.direct: Files = {n: data.removeprefix(BOM).decode() for n, data in made.files.items()}
        self.texts: Files = dict(self.direct)
        self.edits: dict[str, list[Edit]] = {}
        self.digests: Digests = {}
        self.poolers: list[str] = []

    def enable(self) -> None:
        """As the command does: what is enabled is taken back first."""
        texts = self.taken_back()
        files = {n: (BOM if self.bom[n] else b"") + text.encode() for n, text in texts.items()}
        project, plan = planned(files, publish=self.publish)
        changes = rewrite(project, with_credentials(project, plan), TEMPLATE, EXPORTER)
        self.edits = {n: [e for e in changes.edits if e.path == f"{FOLDER}/{n}"] for n in files}
        before = {n: file_of(project, f"{FOLDER}/{n}").text if mine else texts[n] for n, mine in self.edits.items()}
        self.digests = {e: d for n, mine in self.edits.items() for e, d in digests_of(before[n], mine).items()}
        self.texts = {n: apply(before[n], mine) for n, mine in self.edits.items()}
        self.poolers = [p.name for p in plan.poolers]

    def disable(self) -> None:
        self.texts = self.taken_back()
        self.edits, self.digests, self.poolers = {}, {}, []

    def taken_back(self) -> Files:
        """The texts without our edits."""
        found = dict(self.texts)
        for name, mine in self.edits.items():
            if not mine or name not in found:
                continue
            file = read_edited(f"{FOLDER}/{name}", found[name].encode(), mine)
            undone = undo(file, mine, self.digests, self.poolers)
            assert undone.conflicts == (), f"{name}: {undone.conflicts[0].at}"
            found[name] = undone.text
        return found

    def edit(self, name: str, choice: random.Random) -> None:
        """One and the same edit of both."""
        if self.aliased and name in NOT_BESIDE_ALIASES:
            return
        seed = choice.random()
        self.texts = SAFE[name](self.texts, random.Random(seed))
        self.direct = SAFE[name](self.direct, random.Random(seed))

    def check_out(self, choice: random.Random) -> None:
        """`git checkout` of one file, which holds what the user has committed: the direct text."""
        name = choice.choice(sorted(self.texts))
        self.texts[name] = self.direct[name]

    def forget_digests(self) -> None:
        """As in a colleague's checkout."""
        self.digests = {}


def steps(choice: random.Random) -> Iterator[str]:
    """What happens: enable first, then anything, disable last."""
    yield "enable"
    yield from choice.choices(["enable", "disable", "check out", "forget", *SAFE, *SAFE], k=choice.randint(1, 5))
    yield "disable"


def run(project: Project, step: str, choice: random.Random) -> None:
    if step == "enable":
        project.enable()
    elif step == "disable":
        project.disable()
    elif step == "check out":
        project.check_out(choice)
    elif step == "forget":
        project.forget_digests()
    else:
        project.edit(step, choice)


def lines(texts: Files) -> dict[str, list[str]]:
    """The lines of each file in an order of their own: comments move with the service above, be it ours or not, and
    the blank line that an editor put before a service of ours is his.
    """
    return {name: sorted(line for line in text.splitlines() if line.strip()) for name, text in texts.items()}


def trimmed(texts: Files) -> Files:
    """The texts without the spaces at the ends of their lines."""
    return {name: re.sub(r"(?m)[ \t]+(?=\r?$)", "", text) for name, text in texts.items()}


@examples(fast=PROJECTS, slow=PROJECTS)
@given(projects(), st.integers(0, 2**32))
def law(made: Generated, seed: int) -> None:
    """In the end there is the direct project with the user's edits."""
    for number in range(ORDERS):
        choice = random.Random(seed + number)
        order = list(steps(choice))
        project = Project(made)
        try:
            for step in order:
                run(project, step, choice)
        except DevpoolError as error:
            pytest.fail(f"{order}: {error.code} {error.message} {error.where}")
        except AssertionError as error:
            pytest.fail(f"{order}: {error}")
        found, wanted = project.texts, project.direct
        if TAILED in order and project.aliased:
            # What follows an alias goes with it, when it becomes its entries.
            found, wanted = trimmed(found), trimmed(wanted)
        if {REORDERED, SPACED} & set(order):
            assert lines(found) == lines(wanted), order
        else:
            assert found == wanted, order
        _seen["orders"] = _seen.get("orders", 0) + 1


@pytest.mark.timeout(1200)
def test_in_the_end_there_is_the_direct_project_with_the_users_edits() -> None:
    law()
    count(f"orders of enable, disable and users' edits: {_seen['orders']}")
    assert _seen["orders"] >= PROJECTS * ORDERS
