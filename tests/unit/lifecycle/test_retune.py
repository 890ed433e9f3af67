"""A setting that is changed changes the pooler's service in the file, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.docker.console import Outcome
from devpool.errors import DevpoolError
from devpool.lifecycle.retune import Retuned, retune, retuned_lines
from unit.lifecycle.disk_project import SHOP, context, enable, planned_change, state_of, written

TWO = SHOP + (
    "  archive:\n    image: postgres:16\n    environment: {POSTGRES_PASSWORD: sesame}\n"
    "  old:\n    image: app\n    environment: {PGHOST: archive}\n"
)


def tuned(directory: Path, given: dict[str, str], pooler: str | None = None) -> Retuned:
    state = state_of(directory)
    return retune(context(directory), directory, state, given, pooler=pooler, up=False, verify=False)


def test_a_setting_goes_into_the_file_and_out_again(tmp_path: Path) -> None:
    enable(written(tmp_path))
    before = (tmp_path / "compose.yml").read_text()
    done = tuned(tmp_path, {"default_pool_size": "7"})
    assert (done.written, done.outcomes) == (True, ())
    after = (tmp_path / "compose.yml").read_text()
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert [line.replace('"', "").split() for line in added] == [["PGBOUNCER_DEFAULT_POOL_SIZE:", "7"]]
    assert tuned(tmp_path, {"default_pool_size": "7"}).written is False
    tuned(tmp_path, {"default_pool_size": ""})
    assert (tmp_path / "compose.yml").read_text() == before


def test_one_pooler_of_several_is_changed_alone(tmp_path: Path) -> None:
    enable(written(tmp_path, TWO))
    names = {pooler.database: pooler.name for pooler in state_of(tmp_path).poolers}
    tuned(tmp_path, {"default_pool_size": "7"}, names["archive"])
    options = state_of(tmp_path).options
    assert (options.settings, options.settings_of) == ({}, {"archive": {"default_pool_size": "7"}})
    with pytest.raises(DevpoolError) as error:
        tuned(tmp_path, {"default_pool_size": "7"}, "other")
    assert error.value.code == "unknown-pooler"
    assert names["archive"] in error.value.hint


def test_a_project_that_has_changed_is_refused_and_left_alone(tmp_path: Path) -> None:
    enable(written(tmp_path))
    path = tmp_path / "compose.yml"
    path.write_text(path.read_text() + "  api:\n    image: app\n    environment: {PGHOST: db}\n")
    before = path.read_text()
    with pytest.raises(DevpoolError) as error:
        tuned(tmp_path, {"default_pool_size": "7"})
    assert (error.value.code, path.read_text()) == ("project-changed", before)


def test_a_record_that_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    enable(written(tmp_path))
    state = state_of(tmp_path)
    enable(tmp_path, name="pool")
    with pytest.raises(DevpoolError) as error:
        retune(context(tmp_path), tmp_path, state, {}, pooler=None, up=False, verify=False)
    assert error.value.code == "changed-meanwhile"


@pytest.mark.parametrize(
    ("outcome", "said", "last"),
    [
        (
            Outcome(pooler="pool", key="pool_mode", value="session", later="", running=True),
            "pool: pool_mode=session applies now, no client was dropped",
            "the next `docker compose up` recreates the container, because it still has the old variables",
        ),
        (
            Outcome(pooler="pool", key="listen_backlog", value="", later="it needs a restart", running=True),
            "pool: removing listen_backlog applies at the next start: it needs a restart",
            "restart needed: docker compose up -d pool",
        ),
        (
            Outcome(pooler="pool", key="pool_mode", value="session", later="it is not running", running=False),
            "pool: pool_mode=session applies at the next start: it is not running",
            "pool: pool_mode=session applies at the next start: it is not running",
        ),
    ],
)
def test_each_pooler_is_told_when_its_setting_applies(tmp_path: Path, outcome: Outcome, said: str, last: str) -> None:
    lines = retuned_lines(Retuned(prepared=planned_change(written(tmp_path)), written=False, outcomes=(outcome,)))
    assert lines[:2] == ["no file to change", said]
    assert lines[-1] == last
