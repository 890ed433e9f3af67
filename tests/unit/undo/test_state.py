"""The record of what enable did: there and back, with nothing of the machine and no secret in it."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace

import pytest
from memory_project import FOLDER, changed

from devpool.decide.options import Options
from devpool.errors import DevpoolError
from devpool.text.edits import Copy, Edit
from devpool.undo.state import VERSION, AddedPooler, AppRoute, State, dump, load

EDITS = (
    Edit(path=f"{FOLDER}/compose.yml", start=3, end=5, old="db", new=("pool", Copy(1, 2), "é𝒳\r\n"), at=("a", "b")),
    Edit(path="/shared/app.env", start=0, end=0, old="", new=("A=",), at=("A",), inserts=True),
    Edit(path=f"{FOLDER}/sub/x.yml", start=1, end=2, old=None, new=("[", Copy(1, 2), "]"), at=("services", "web")),
)
STATE = State(
    options=Options(port="5432", direct=("job",)),
    edits=EDITS,
    poolers=(AddedPooler(name="pgbouncer", database="db", port="6432"),),
    routes=(AppRoute(service="web", database="db", pooled=True, reason="no reason to stay direct"),),
)


def body() -> dict[str, object]:
    found: dict[str, object] = json.loads(dump(STATE, FOLDER))
    return found


def test_a_state_comes_back_as_it_was() -> None:
    found = load(dump(STATE, FOLDER), FOLDER)
    assert (found.edits, found.poolers, found.routes) == (STATE.edits, STATE.poolers, STATE.routes)


def test_options_come_back_as_they_were() -> None:
    assert load(dump(STATE, FOLDER), FOLDER).options == STATE.options


def test_writing_it_again_changes_no_byte() -> None:
    data = dump(STATE, FOLDER)
    assert dump(load(data, FOLDER), FOLDER) == data


def test_an_empty_state_comes_back_as_it_was() -> None:
    empty = State(options=Options(), edits=(), poolers=(), routes=())
    assert load(dump(empty, FOLDER), FOLDER) == empty


def test_a_state_moves_with_its_project() -> None:
    found = load(dump(STATE, FOLDER), "/elsewhere/copy")
    assert found.paths() == ["/elsewhere/copy/compose.yml", "/elsewhere/shared/app.env", "/elsewhere/copy/sub/x.yml"]


def test_a_state_names_no_folder_of_this_machine() -> None:
    assert FOLDER.encode() not in dump(STATE, FOLDER)


def test_it_ends_with_a_line_end_and_is_utf_8() -> None:
    data = dump(STATE, FOLDER)
    assert data.endswith(b"}\n")
    assert "é𝒳" in data.decode()


def test_the_edits_of_a_file_are_found_by_its_path() -> None:
    assert STATE.edits_of("/shared/app.env") == [EDITS[1]]


def test_no_password_of_a_project_is_in_its_state() -> None:
    text = (
        "services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
        "  web:\n    environment:\n      - DATABASE_URL=postgres://u:hunter2@db:5432/x\n"
        "      - DSN=host=db password=hunter2\n"
    )
    _, changes = changed(text)
    assert b"hunter2" not in dump(State(options=Options(), edits=changes.edits, poolers=(), routes=()), FOLDER)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"version": 1}',
        b'{"version": 1, "options": {}, "edits": [{}], "poolers": [], "routes": []}',
        b'{"version": 1, "options": {}, "edits": [], "poolers": [{"x": 1}], "routes": []}',
        b'{"version": 1, "options": {}, "edits": 7, "poolers": [], "routes": []}',
    ],
)
def test_a_damaged_record_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(DevpoolError) as caught:
        load(data, FOLDER)
    assert (caught.value.code, caught.value.where) == ("state-unreadable", f"{FOLDER}/.devpool/state.json")
    assert caught.value.hint


@pytest.mark.parametrize("value", [b"{}", b"[]", b'{"":[]}', b"0"])
def test_a_record_of_more_values_than_any_has_costs_no_memory(value: bytes) -> None:
    data = dump(STATE, FOLDER)[:-3] + b',"x":[' + (value + b",") * 2_000_000 + value + b"]}"
    tracemalloc.start()
    try:
        with pytest.raises(DevpoolError) as caught:
            load(data, FOLDER)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.code == "state-unreadable"


def test_a_record_of_many_edits_is_read() -> None:
    edits = [replace(EDITS[0], start=number, end=number + 2) for number in range(20_000)]
    assert len(load(dump(replace(STATE, edits=tuple(edits)), FOLDER), FOLDER).edits) == 20_000


def test_a_record_of_another_version_is_refused_by_name() -> None:
    other = json.dumps(body() | {"version": VERSION + 1}).encode()
    with pytest.raises(DevpoolError) as caught:
        load(other, FOLDER)
    assert caught.value.code == "state-version"
