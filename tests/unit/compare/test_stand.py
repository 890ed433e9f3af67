"""What a run stands on: the model in a private folder, and what is removed in the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from devpool.compare.stand import Stand
from devpool.compare.ways import Route
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.output import Output
from unit.compare.test_variant_model import MODEL
from unit.docker.stand_ins import KnownStack, inspected

ROUTE = Route(name="pooled", model=MODEL, poolers=("pool",), databases=("db",))


class Engine(KnownStack):
    """The project's containers, and those of the model."""

    def __init__(self, fails: str = "") -> None:
        def says(*words: str) -> str:
            if fails and fails in words:
                raise DevpoolError("docker-failed", "no", details=("why",))
            return "shop_default\n" if words[:2] == ("network", "ls") else ""

        super().__init__(says=says)
        self._inspected = {"db": [inspected("db", "10.0.0.9")], "pool": [inspected("pool", "10.0.0.8")]}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Stand, Engine]]:
    (tmp_path / "note").touch()
    (tmp_path / "holder").mkdir()

    def make(fails: str = "") -> tuple[Stand, Engine]:
        engine = Engine(fails)
        databases = {"db": SimpleNamespace(hosts={"db", "10.0.0.9"})}
        project = SimpleNamespace(
            stack=engine, directory=tmp_path, without_devpool=SimpleNamespace(databases=databases)
        )
        monkeypatch.setattr("devpool.compare.stand.Stack", lambda *_: engine)
        stand = Stand(
            opened=cast("OpenProject", project),
            output=Output(quiet=True),
            service="app",
            fresh=False,
            holder=tmp_path / "holder",
            note=tmp_path / "note",
        )
        return stand, engine

    return make


def test_the_model_is_a_file_of_the_private_folder(made: Callable[..., tuple[Stand, Stack]], tmp_path: Path) -> None:
    stand, _ = made()
    stand.stack(ROUTE, 3)
    model = json.loads((tmp_path / "holder" / "3.json").read_text())
    assert model["networks"]["default"] == {"name": "shop_default", "external": True}
    assert "depends_on" not in model["services"]["app"]


def test_the_poolers_image_is_built_once_and_its_own_containers_are_removed(
    made: Callable[..., tuple[Stand, Engine]], tmp_path: Path
) -> None:
    stand, engine = made()
    for number in (1, 2):
        with stand.standing(ROUTE, number) as standing:
            assert [c.service for c in (*standing.databases, *standing.poolers)] == ["db", "pool"]
    assert engine.told.count("compose build pool") == 1
    assert (tmp_path / "holder" / "pgbouncer" / "entrypoint.sh").stat().st_mode & 0o111
    assert engine.told[-1].endswith(f"label=devpool.compare={tmp_path}/holder")


@pytest.mark.parametrize(("fails", "code"), [("build", "pooler-not-built"), ("up", "pooler-unhealthy")])
def test_a_pooler_that_does_not_stand_is_refused(
    made: Callable[..., tuple[Stand, Engine]], fails: str, code: str
) -> None:
    stand, _ = made(fails)
    with pytest.raises(DevpoolError) as raised, stand.standing(ROUTE, 1):
        pass
    assert raised.value.code == code
    assert raised.value.details


def test_in_the_end_the_note_goes_whatever_happened(made: Callable[..., tuple[Stand, Engine]], tmp_path: Path) -> None:
    stand, _ = made()
    with pytest.raises(KeyboardInterrupt), stand.removed_in_the_end():
        raise KeyboardInterrupt
    assert not (tmp_path / "note").exists()
