"""A journal that this machine did not write is named and compared, and does nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devpool.commit.intent import digest
from devpool.commit.machine_key import sign
from devpool.commit.unverified import DIGESTS_PURPOSE, refuse_half_changed, warnings
from devpool.errors import DevpoolError


def foreign(directory: Path, *entries: object, text: str | None = None) -> None:
    """Put a journal there as it comes with a clone."""
    path = directory / ".devpool" / "journal" / "intent"
    path.parent.mkdir(parents=True, exist_ok=True)
    body = json.dumps({"version": 1, "token": "0" * 16, "entries": entries}) if text is None else text
    path.write_bytes(b"0" * 64 + b"\n" + body.encode())


def entry(path: object, before: bytes | None = b"old", after: bytes | None = b"new") -> dict[str, object]:
    return {"path": path, "before": digest(before), "after": digest(after)}


def test_where_nothing_is_there_nothing_is_told(tmp_path: Path) -> None:
    assert warnings(tmp_path) == []
    refuse_half_changed(tmp_path)


def test_the_files_that_it_names_are_shown_the_users_own_first(tmp_path: Path) -> None:
    foreign(tmp_path, entry(".devpool/state.json"), entry("compose.yml"), entry("a\x1b[2Jb"))
    (found,) = warnings(tmp_path)
    assert (found.code, found.where) == ("journal-not-verified", f"{tmp_path}/.devpool/journal")
    assert "it lists compose.yml, " in found.message
    assert found.message.index("compose.yml") < found.message.index(".devpool/state.json")
    assert "\x1b" not in found.message
    assert f"rm -r {tmp_path}/.devpool/journal" in found.hint


def test_of_many_names_the_first_are_shown(tmp_path: Path) -> None:
    foreign(tmp_path, *(entry(f"f{n}.yml") for n in range(11)))
    assert warnings(tmp_path)[0].message.endswith("f7.yml and 3 more")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"entries": 3}', '{"entries": [3]}', "[" * 100_000])
def test_a_list_that_cannot_be_read_is_said_to_be_one(tmp_path: Path, text: str) -> None:
    foreign(tmp_path, text=text)
    assert "its list cannot be read" in warnings(tmp_path)[0].message
    refuse_half_changed(tmp_path)


def test_a_project_that_is_half_changed_by_that_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"new")
    (tmp_path / "b.yml").write_bytes(b"old")
    foreign(tmp_path, entry("a.yml"), entry("b.yml"))
    with pytest.raises(DevpoolError) as error:
        refuse_half_changed(tmp_path)
    assert error.value.code == "half-changed"
    assert "these files changed: a.yml, and these did not: b.yml" in error.value.message


@pytest.mark.parametrize("other", [b"new", b"mine"])
def test_a_project_that_is_not_half_changed_is_not(tmp_path: Path, other: bytes) -> None:
    (tmp_path / "a.yml").write_bytes(b"new")
    (tmp_path / "b.yml").write_bytes(other)
    foreign(tmp_path, entry("a.yml"), entry("b.yml"))
    refuse_half_changed(tmp_path)


@pytest.mark.parametrize("path", ["../b.yml", "/etc/hostname", "x/../b.yml", ".devpool/env/x", "./b.yml", 3, "b\0"])
def test_a_path_that_no_clone_has_is_not_even_compared(tmp_path: Path, path: object) -> None:
    project = tmp_path / "p"
    for place in (tmp_path / "b.yml", project / "b.yml", project / ".devpool" / "env" / "x"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"old")
    (project / "a.yml").write_bytes(b"new")
    foreign(project, entry("a.yml"), entry(path))
    refuse_half_changed(project)


def test_checksums_are_told_of_where_they_come_from_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / ".devpool" / "digests.json"
    path.parent.mkdir()
    path.write_bytes(sign(tmp_path, DIGESTS_PURPOSE, b"[]"))
    assert warnings(tmp_path) == []
    path.write_bytes(b"-\n[]")
    assert warnings(tmp_path) == [], "there was no key as they were written"
    path.write_bytes(b"0" * 64 + b"\n[]")
    assert [w.code for w in warnings(tmp_path)] == ["digests-not-verified"]
