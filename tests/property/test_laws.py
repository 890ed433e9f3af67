"""The laws of the design, on compose files that nobody wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from property.generated import BOM, compose_files
from unit.memory_project import COMPOSE, TEMPLATE, planned

from devpool.document import Document, parse
from devpool.edits import Copy, Edit, apply, ordered, placed, revert
from devpool.errors import DevpoolError, ProofError
from devpool.model import Project
from devpool.plan import Plan
from devpool.rewrite import rewrite
from devpool.undo import stands, undo
from devpool.verify import prove_meaning, prove_text

try:
    from devpool.reading import Reading
except ImportError:
    from devpool.engine import Reading

law = settings(
    max_examples=75,
    deadline=None,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class Enabled:
    """A generated project before and after enable."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.project: Project
        self.plan: Plan
        self.project, self.plan = planned({"compose.yml": data})
        self.edits: Sequence[Edit] = rewrite(self.project, self.plan, TEMPLATE).edits
        self.before = self.project.sources.documents[0].text
        self.after = apply(self.before, self.edits)

    def document(self, text: str | None = None) -> Document:
        """The file as it is after enable, or with another text, read anew."""
        return parse(COMPOSE, self.encoded(self.after if text is None else text))

    def encoded(self, text: str) -> bytes:
        return (BOM if self.data.startswith(BOM) else b"") + text.encode()


def reading(text: str) -> Reading:
    """What Compose would make of a generated file: an oracle that shares nothing with devpool."""
    model = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    for service in model["services"].values():
        service["environment"] = _environment(service.get("environment", {}))
        if isinstance(service.get("depends_on"), list):
            service["depends_on"] = {n: {"condition": "service_started"} for n in service["depends_on"]}
    hashes = {name: json.dumps(service, sort_keys=True) for name, service in model["services"].items()}
    return Reading(model=model, hashes=hashes)


def _environment(written: Any) -> dict[str, str]:
    pairs = (item.split("=", 1) for item in written) if isinstance(written, list) else written.items()
    return {name: str(value) for name, value in pairs}


@law
@given(compose_files())
def test_disable_after_enable_gives_every_byte_back(data: bytes) -> None:
    found = Enabled(data)
    assert found.after != found.before
    assert revert(found.after, placed(found.after, found.edits)) == found.before
    assert found.encoded(undo(found.document(), list(found.edits))) == data
    assert stands(found.document(), list(found.edits)) == []


@law
@given(compose_files())
def test_enable_twice_is_enable_once(data: bytes) -> None:
    once = Enabled(data)
    direct = once.encoded(undo(once.document(), list(once.edits)))
    twice = Enabled(direct)
    assert (list(twice.edits), twice.after) == (list(once.edits), once.after)


@law
@given(compose_files())
def test_everything_beside_the_edits_is_copied(data: bytes) -> None:
    found = Enabled(data)
    position_before = position_after = 0
    for edit, place in zip(ordered(found.edits), placed(found.after, found.edits), strict=True):
        assert found.before[position_before : edit.start] == found.after[position_after : place.start]
        position_before, position_after = edit.end, place.end
    assert found.before[position_before:] == found.after[position_after:]
    newline = "\r\n" if "\r\n" in found.before else "\n"
    assert newline == "\n" or found.after.count("\n") == found.after.count("\r\n")


@law
@given(compose_files())
def test_the_result_means_what_was_planned_and_nothing_else(data: bytes) -> None:
    found = Enabled(data)
    prove_text(found.before, list(found.edits))
    prove_meaning(found.plan, reading(found.before), reading(found.after))
    assert {m.setting.service for m in found.plan.moves} <= {"web", "worker"}


@law
@given(compose_files(), st.data())
def test_an_edit_that_came_out_wrong_is_noticed_before_anything_is_written(data: bytes, choose: st.DataObject) -> None:
    found = Enabled(data)
    edits = list(found.edits)
    number = choose.draw(st.integers(0, len(edits) - 1))
    wrong = choose.draw(st.sampled_from(corrupted(edits[number], len(found.before))))
    edits[number : number + 1] = [wrong] if wrong else []
    good = reading(found.after)
    try:
        text = prove_text(found.before, edits) if edits else found.before
        bad = reading(text)
    except (ProofError, yaml.YAMLError, AttributeError, ValueError, TypeError):
        return  # noticed: by the text, or because nobody can read the result
    assume(_but_pooler(bad) != _but_pooler(good))
    with pytest.raises(ProofError):
        prove_meaning(found.plan, reading(found.before), bad)


@law
@given(compose_files(), st.data())
def test_a_later_change_inside_our_text_is_never_taken_back_by_halves(data: bytes, choose: st.DataObject) -> None:
    found = Enabled(data)
    place = choose.draw(st.sampled_from([p for p in placed(found.after, found.edits) if p.end > p.start]))
    position = choose.draw(st.integers(place.start, place.end - 1))
    changed = found.after[:position] + choose.draw(st.sampled_from(["x", "", "7", "é"])) + found.after[position + 1 :]
    assume(changed != found.after)
    try:
        back = undo(found.document(changed), list(found.edits))
    except DevpoolError:
        return  # refused: the user's change stands where it is
    # What was taken back is either all of ours, or the change lies in a copy that went with it.
    assert "pgbouncer" not in back.replace("# db: pgbouncer", "")


def corrupted(edit: Edit, length: int) -> list[Edit | None]:
    """Ways in which an edit may come out wrong; None: it is lost."""
    found: list[Edit | None] = [None]
    for shift in (-1, 1):
        start, end = edit.start + shift, edit.end + shift
        if 0 <= start <= end <= length:
            found.append(replace(edit, start=start, end=end))
    for index, part in enumerate(edit.new):
        others: list[str | Copy] = (
            [part[1:], part[:-1], part + "x", "x" + part, ""]
            if isinstance(part, str)
            else [Copy(part.start + 1, part.end), Copy(part.start, part.end - 1), Copy(0, 1)]
        )
        found += [replace(edit, new=(*edit.new[:index], o, *edit.new[index + 1 :])) for o in others if o != part]
    return found


def _but_pooler(found: Reading) -> dict[str, Any]:
    """The model without the pooler's own settings, of which the proof looks at a few only."""
    services = {n: s for n, s in found.services.items() if n != "pgbouncer"}
    return {**found.model, "services": services, "pooled": "pgbouncer" in found.services}
