"""What a killed comparison left is known by a note and by its label, and removed once its folder is gone."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from devpool.compare.leftovers import note, remove_ended, remove_own, sweep
from devpool.compare.variant_model import LABEL
from devpool.context import Context
from devpool.docker.ownership import FILES
from devpool.lifecycle.open_project import OpenProject
from devpool.model.sources import Selection
from devpool.output import Output
from unit.docker.stand_ins import KnownStack


def row(identity: str, folder: Path, files: str = "") -> str:
    return json.dumps(
        {LABEL: str(folder), FILES: f"{files or folder}/1.json", "id": identity, "name": f"shop-{identity}"}
    )


def engine(*rows: str) -> KnownStack:
    return KnownStack(says=lambda *words: "\n".join(rows) if words[0] == "ps" else "")


def removed(stack: KnownStack) -> list[str]:
    return [line for line in stack.told if line.startswith("rm ")]


def test_only_what_belongs_to_no_folder_any_more_is_removed(tmp_path: Path) -> None:
    stack = engine(row("dead", tmp_path / "gone"), row("live", tmp_path))
    assert remove_ended(stack) == ["shop-dead"]
    assert removed(stack) == ["rm --force --volumes dead"]


def test_a_label_in_the_files_of_a_clone_removes_nothing(tmp_path: Path) -> None:
    stack = engine(row("db", tmp_path / "gone", "/srv/shop"))
    assert remove_ended(stack) == []
    assert removed(stack) == []


def test_one_comparison_removes_its_own() -> None:
    stack = KnownStack(says=lambda *words: "a b" if "label=devpool.compare=/private" in words[-1] else "")
    remove_own(stack, "/private")
    assert removed(stack) == ["rm --force --volumes a b"]


def opened(stack: KnownStack) -> OpenProject:
    return cast("OpenProject", SimpleNamespace(stack=stack, directory=Path("/srv/shop")))


def context(state: Path) -> Context:
    shell = {"XDG_STATE_HOME": str(state)}
    return Context(selection=Selection(), cwd=Path("/srv/shop"), shell=shell, output=Output())


def test_without_a_note_docker_is_not_asked(tmp_path: Path) -> None:
    stack = engine()
    sweep(context(tmp_path), opened(stack))
    assert stack.told == []


def test_the_note_of_a_comparison_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    holder, stack = tmp_path / "held", engine()
    holder.mkdir()
    kept = note(Path("/srv/shop"), {"XDG_STATE_HOME": str(tmp_path)}, holder)
    sweep(context(tmp_path), opened(stack))
    assert kept.exists()
    assert stack.told == []


def test_what_a_killed_comparison_left_is_swept_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack: Any = engine(row("dead", tmp_path / "gone"))
    kept = note(Path("/srv/shop"), {"XDG_STATE_HOME": str(tmp_path)}, tmp_path / "gone")
    sweep(context(tmp_path), opened(stack))
    assert removed(stack) == ["rm --force --volumes dead"]
    assert not kept.exists()
    assert "removed shop-dead" in capsys.readouterr().err
