"""Every verb enters a project in one way: what is on record, or what its files tell, and nothing interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.commit import disk
from devpool.decide.options import Options
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import Mode, open_project
from unit.lifecycle.disk_project import SHOP, context, enable, opened, written

NOT_ENABLED = DevpoolError("not-enabled", "the project is not enabled")


def test_a_project_that_is_not_enabled_has_no_state(tmp_path: Path) -> None:
    project = opened(written(tmp_path))
    assert (project.record, project.state, project.enabled, project.options) == (None, None, None, Options())
    assert project.without_devpool.of("web")[0].address.host == "db"
    with pytest.raises(DevpoolError) as error:
        project.require_record(NOT_ENABLED)
    assert error.value is NOT_ENABLED


def test_an_enabled_project_is_seen_as_it_is_without_devpool(tmp_path: Path) -> None:
    enable(written(tmp_path), name="pool")
    project = opened(tmp_path)
    assert project.enabled is not None
    assert (project.enabled.recorded, project.options.name) == (True, "pool")
    assert project.without_devpool.of("web")[0].address.host == "db"
    assert "pool" not in project.without_devpool.services
    assert project.require_record(NOT_ENABLED) is project.record


@pytest.mark.parametrize("recorded", [True, False])
def test_an_enabled_stack_is_read_as_docker_stack_reads_it(tmp_path: Path, recorded: bool) -> None:
    enable(written(tmp_path, dot_env="A=1\n"), swarm=True, image="registry.example/pgbouncer:1", replicas=3)
    if not recorded:
        (tmp_path / ".devpool" / "state.json").unlink()
    project = opened(tmp_path)
    assert project.selection.swarm
    assert (project.options.swarm, project.options.replicas) == (True, 3)
    with pytest.raises(DevpoolError) as error:
        project.stack.wait()
    assert error.value.code == "on-a-stack"
    assert "docker service ps" in error.value.hint


def test_a_project_of_compose_is_none_of_a_stack(tmp_path: Path) -> None:
    enable(written(tmp_path))
    assert not opened(tmp_path).selection.swarm


def test_a_clone_without_the_record_is_recognized(tmp_path: Path) -> None:
    enable(written(tmp_path), name="pool")
    (tmp_path / ".devpool" / "state.json").unlink()
    project = opened(tmp_path)
    assert project.record is None
    assert project.enabled is not None
    assert (project.enabled.recorded, project.options.name) == (False, "pool")
    assert project.without_devpool.of("web")[0].address.host == "db"
    with pytest.raises(DevpoolError) as error:
        project.require_record(NOT_ENABLED)
    assert error.value.code == "no-record"


class Killed(BaseException):
    """A kill in the middle of a commit."""


def interrupted(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(name: str, path: str) -> None:
        if (name, path) == ("replace", str(directory / "compose.yml")):
            raise Killed

    # What is begun is not undone, as after a kill.
    monkeypatch.setattr("devpool.commit.journal._roll_back", lambda *_: None)
    monkeypatch.setattr(disk, "step", step)
    with pytest.raises(Killed):
        enable(directory)
    monkeypatch.undo()


@pytest.mark.parametrize("mode", ["look", "change"])
def test_what_was_interrupted_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Mode) -> None:
    interrupted(written(tmp_path), monkeypatch)
    assert (tmp_path / ".devpool" / "state.json").exists()
    assert open_project(context(tmp_path), mode).record is None
    assert (tmp_path / "compose.yml").read_text() == SHOP
    assert not (tmp_path / ".devpool").exists()


def test_a_preview_names_what_was_interrupted_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(written(tmp_path), monkeypatch)
    with pytest.raises(DevpoolError) as error:
        open_project(context(tmp_path), "preview")
    assert (error.value.code, "devpool enable" in error.value.message) == ("interrupted", True)
    assert (tmp_path / ".devpool" / "state.json").exists()


def test_a_journal_from_elsewhere_is_told_of_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = written(tmp_path) / ".devpool" / "journal" / "intent"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"x\n{}")
    assert open_project(context(tmp_path), "look").record is None
    assert "devpool ignores the journal" in capsys.readouterr().err
    assert foreign.exists()
