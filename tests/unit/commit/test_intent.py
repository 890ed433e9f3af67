"""The list of what a commit intends is believed only where this machine wrote it, and only in the shape of one."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from devpool.commit import machine_key
from devpool.commit.intent import IntentEntry, Journal, digest, is_foreign, parse, read_intent, render
from devpool.errors import DevpoolError

ENTRY = IntentEntry(
    path="compose.yml", before=digest(b"a"), after=digest(b"b"), copy="0-compose.yml", mode=0o644, uid=0, gid=0
)


def journal(directory: Path, *entries: IntentEntry) -> Journal:
    return Journal(directory=directory, token="0123456789abcdef", entries=entries or (ENTRY,))


def signed(directory: Path, **changes: Any) -> bytes:
    """The list of one entry as this machine would write it, with some values of it changed."""
    entry = asdict(ENTRY) | {k: v for k, v in changes.items() if k in asdict(ENTRY)}
    body = {"version": 1, "token": "0123456789abcdef", "entries": [entry]}
    body |= {k: v for k, v in changes.items() if k in body}
    return machine_key.sign(directory, "journal", json.dumps(body).encode())


def test_what_was_written_is_read(tmp_path: Path) -> None:
    removed = replace(ENTRY, path="/elsewhere/.env", after=None, copy="1-.env")
    made = replace(ENTRY, path=".devpool/state.json", before=None, mode=None, copy="2-state.json")
    written = journal(tmp_path, ENTRY, removed, made)
    assert parse(tmp_path, render(written)) == written
    assert [written.path(e) for e in written.entries] == [
        f"{tmp_path}/compose.yml",
        "/elsewhere/.env",
        f"{tmp_path}/.devpool/state.json",
    ]


def test_a_list_from_elsewhere_or_with_one_byte_changed_is_not_believed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    data = render(journal(tmp_path))
    assert parse(other, data) is None
    assert parse(tmp_path, data.replace(b"compose.yml", b"compose.yaml")) is None
    assert parse(tmp_path, b"") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "../x"},
        {"path": "a/../../x"},
        {"path": ""},
        {"path": "a\0b"},
        {"copy": "0-a/../../x"},
        {"copy": "compose.yml"},
        {"copy": "0-"},
        {"before": "abc"},
        {"after": 3},
        {"uid": "0"},
        {"mode": "644"},
        {"token": "../../0123456789"},
        {"token": "0123456789ABCDEF"},
    ],
)
def test_a_list_that_names_anything_but_files_and_copies_is_damaged(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(DevpoolError) as error:
        parse(tmp_path, signed(tmp_path, **changes))
    assert (error.value.code, error.value.where) == ("journal-damaged", f"{tmp_path}/.devpool/journal")


def test_the_list_of_another_version_is_left_to_that(tmp_path: Path) -> None:
    with pytest.raises(DevpoolError) as error:
        parse(tmp_path, signed(tmp_path, version=2))
    assert error.value.code == "journal-unknown"


def test_a_list_is_none_or_foreign_or_ours(tmp_path: Path) -> None:
    assert (read_intent(tmp_path), is_foreign(tmp_path)) == ((False, None), False)
    path = tmp_path / ".devpool" / "journal" / "intent"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"-\n{}")
    assert (read_intent(tmp_path), is_foreign(tmp_path)) == ((True, None), True)
    path.write_bytes(render(journal(tmp_path)))
    assert (read_intent(tmp_path), is_foreign(tmp_path)) == ((True, journal(tmp_path)), False)
