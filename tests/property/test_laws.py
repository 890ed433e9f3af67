"""The laws of the design, on compose projects that nobody wrote."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from memory_project import COMPOSE, EXPORTER, FOLDER, TEMPLATE, file_of, planned
from property.generated import BOM, Generated, examples, projects

from devpool.decide.plan import Plan
from devpool.decide.planning import with_credentials
from devpool.edit.rewrite import rewrite
from devpool.errors import DevpoolError, ProofError
from devpool.model.project import Project
from devpool.model.sources import Reading
from devpool.prove.added_services import prove_waits
from devpool.prove.planned_changes import prove_meaning, prove_text
from devpool.text.edits import Copy, Edit, apply, ordered, placed, revert
from devpool.undo.locate_edit import digests_of
from devpool.undo.undo import File, read_edited, stands, undo

law = examples(fast=15, slow=60)


class Enabled:
    """A generated project before and after enable. Texts and edits are those of each file, by its path."""

    def __init__(self, given: Generated, **options: object) -> None:
        self.given = given
        self.project: Project
        self.plan: Plan
        self.project, self.plan = planned(
            given.files, publish=given.publish, metrics=given.publish is not None, **options
        )
        changes = rewrite(self.project, with_credentials(self.project, self.plan), TEMPLATE, EXPORTER)
        self.private = changes.private
        paths = [f"{FOLDER}/{name}" for name in given.files]
        self.edits: dict[str, list[Edit]] = {p: [e for e in changes.edits if e.path == p] for p in paths}
        assert sum(map(len, self.edits.values())) == len(changes.edits)
        self.before = {p: file_of(self.project, p).text for p in paths}
        self.after = {p: apply(self.before[p], self.edits[p]) for p in paths}
        self.poolers = [p.name for p in self.plan.poolers]
        self.edited = [p for p in paths if self.edits[p]]

    def file(self, path: str, text: str) -> File:
        """A file with another text, read anew."""
        return read_edited(path, self.encoded(path, text), self.edits[path])

    def encoded(self, path: str, text: str) -> bytes:
        """A text as the bytes of a file that may begin with a BOM."""
        data = self.given.files[path.removeprefix(f"{FOLDER}/")]
        return (BOM if data.startswith(BOM) else b"") + text.encode()

    def reading(self, path: str = "", text: str = "") -> Reading:
        """What Compose would make of it after enable, or with another text of one file."""
        return reading(self.after | ({path: text} if path else {}), self.private)


class _Words(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which every scalar is its text, and `<<` merges."""

    yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile("^<<$"))]}  # noqa: RUF012


def reading(texts: dict[str, str], private: dict[str, str]) -> Reading:
    """What Compose would make of generated files: an oracle that shares nothing with devpool."""
    model = yaml.load(texts[COMPOSE], Loader=_Words)
    files = {p.removeprefix(f"{FOLDER}/"): text for p, text in texts.items()} | private
    # What several services share by an alias is one and the same object here.
    model["services"] = {name: json.loads(json.dumps(service)) for name, service in model["services"].items()}
    for service in model["services"].values():
        loaded = service.pop("env_file", [])
        given: dict[str, str] = {}
        for item in [loaded] if isinstance(loaded, str) else loaded:
            name = item if isinstance(item, str) else item["path"]
            given |= _env_file(files[name.removeprefix("./")])
        service["environment"] = given | _environment(service.get("environment", {}))
        if isinstance(service.get("depends_on"), list):
            service["depends_on"] = {n: {"condition": "service_started"} for n in service["depends_on"]}
        if not isinstance(service.get("depends_on", {}), dict):
            raise TypeError("Compose refuses it")
        if isinstance(service.get("command"), str):
            service["command"] = shlex.split(service["command"])
    hashes = {n: json.dumps({**s, "depends_on": None}, sort_keys=True) for n, s in model["services"].items()}
    return Reading(model=model, hashes=hashes)


def _environment(written: Any) -> dict[str, str]:
    pairs = (item.split("=", 1) for item in written) if isinstance(written, list) else written.items()
    return {name: str(value) for name, value in pairs}


def _env_file(text: str) -> dict[str, str]:
    lines = (line.strip().partition("=") for line in text.replace("\r\n", "\n").split("\n"))
    return {n: v[1:-1] if v[:1] in ("'", '"') else v for n, sign, v in lines if sign and not n.startswith("#")}


@law
@given(projects())
def test_disable_after_enable_gives_every_byte_back(given_project: Generated) -> None:
    found = Enabled(given_project)
    assert COMPOSE in found.edited
    for path in found.edited:
        edits, after = found.edits[path], found.after[path]
        assert after != found.before[path]
        assert revert(after, placed(after, edits)) == found.before[path]
        data = found.encoded(path, undo(found.file(path, after), edits).text)
        assert data == found.given.files[path.removeprefix(f"{FOLDER}/")]
        assert stands(found.file(path, after), edits) == []


@law
@given(projects())
def test_enable_twice_is_enable_once(given_project: Generated) -> None:
    once = Enabled(given_project)
    back = {p: once.encoded(p, undo(once.file(p, once.after[p]), once.edits[p]).text) for p in once.edited}
    files = given_project.files | {p.removeprefix(f"{FOLDER}/"): data for p, data in back.items()}
    twice = Enabled(replace(given_project, files=files))
    assert (twice.edits, twice.after, twice.private) == (once.edits, once.after, once.private)


@law
@given(projects())
def test_everything_beside_the_edits_is_copied(given_project: Generated) -> None:
    found = Enabled(given_project)
    for path, edits in found.edits.items():
        old, new = found.before[path], found.after[path]
        position_before = position_after = 0
        for edit, place in zip(ordered(edits), placed(new, edits), strict=True):
            assert old[position_before : edit.start] == new[position_after : place.start]
            position_before, position_after = edit.end, place.end
        assert old[position_before:] == new[position_after:]
        assert "\r\n" not in old or new.count("\n") == new.count("\r\n")


@law
@given(projects())
def test_the_result_means_what_was_planned_and_nothing_else(given_project: Generated) -> None:
    found = Enabled(given_project)
    for path in found.edited:
        prove_text(found.before[path], found.edits[path])
    prove_meaning(found.plan, reading(found.before, {}), found.reading())
    prove_waits(found.plan, [e for edits in found.edits.values() for e in edits], found.reading())
    pooled = {"web", "worker", "commanded", "lister"} | ({"hosted"} if given_project.publish else set())
    moved, named = {m.variable.service for m in found.plan.moves}, {b.service for b in found.plan.by_name}
    assert moved | named == pooled & set(found.project.services)


@law
@given(projects(), st.sampled_from([("web",), ("worker",), ("web", "worker")]), st.text(max_size=9))
def test_an_alias_and_settings_keep_the_laws(given_project: Generated, session: tuple[str, ...], value: str) -> None:
    assume(value.isprintable())
    chosen = {"pool_mode": "statement", **({"server_reset_query": value} if value else {})}
    try:
        found = Enabled(given_project, session=session, settings=chosen)
    except DevpoolError as error:
        assume(error.code not in ("no-database-name", "unknown-service", "shared-value", "session-direct"))
        raise
    for path in found.edited:
        assert undo(found.file(path, found.after[path]), found.edits[path]).text == found.before[path]
    after = found.reading()
    prove_meaning(found.plan, reading(found.before, {}), after)
    assert any(pooler.session_aliases for pooler in found.plan.poolers)
    for pooler in found.plan.poolers:
        variables = after.services[pooler.name]["environment"]
        assert {n: v.replace("$$", "$") for n, v in variables.items()}.items() >= pooler.variables.items()
        assert not value or pooler.variables["PGBOUNCER_SERVER_RESET_QUERY"] == value


@law
@given(projects(), st.data())
def test_an_edit_that_came_out_wrong_is_noticed_before_anything_is_written(
    given_project: Generated, choose: st.DataObject
) -> None:
    found = Enabled(given_project)
    path = choose.draw(st.sampled_from(found.edited))
    edits = list(found.edits[path])
    number = choose.draw(st.integers(0, len(edits) - 1))
    wrong = choose.draw(st.sampled_from(corrupted(edits[number], len(found.before[path]))))
    edits[number : number + 1] = [wrong] if wrong else []
    good = found.reading()
    try:
        text = prove_text(found.before[path], edits) if edits else found.before[path]
        bad = found.reading(path, text)
    except (ProofError, yaml.YAMLError, AttributeError, ValueError, TypeError, KeyError):
        return  # noticed: by the text, or because nobody can read the result
    assume(_but_pooler(bad) != _but_pooler(good))
    with pytest.raises(ProofError):
        prove_meaning(found.plan, reading(found.before, {}), bad)
        prove_waits(found.plan, found.edits[path], bad)


@law
@given(projects(), st.data())
def test_a_later_change_inside_our_text_is_never_taken_back_by_halves(
    given_project: Generated, choose: st.DataObject
) -> None:
    found = Enabled(given_project)
    path = choose.draw(st.sampled_from(found.edited))
    edits, after = found.edits[path], found.after[path]
    place = choose.draw(st.sampled_from([p for p in placed(after, edits) if p.end > p.start]))
    position = choose.draw(st.integers(place.start, place.end - 1))
    changed = after[:position] + choose.draw(st.sampled_from(["x", "", "7", "é"])) + after[position + 1 :]
    assume(changed != after)
    try:
        undone = undo(found.file(path, changed), edits, digests_of(found.before[path], edits), found.poolers)
    except DevpoolError:
        return  # the file cannot be read any more, and stays as it is
    if undone.conflicts:
        return  # refused: the user's change stands where it is
    # What was taken back is either all of ours, or the change lies in a copy that went with it.
    assert "pgbouncer" not in undone.text.replace("# db: pgbouncer", "")


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
    """The model without the poolers' own settings, of which the proof looks at a few only."""
    services = {n: s for n, s in found.services.items() if not n.startswith("pgbouncer")}
    return {**found.model, "services": services, "poolers": sorted(found.services.keys() - services.keys())}
