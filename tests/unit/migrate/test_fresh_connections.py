"""While a migration runs no statement at a pooler outlives its transaction, whatever becomes of the migration."""

from __future__ import annotations

import pytest

from devpool.docker.containers import RunningContainer
from devpool.errors import DevpoolError
from devpool.migrate.fresh_connections import fresh_connections
from devpool.output import Output


class Engine:
    """A stack whose poolers note down which script they were asked to run, by what is in it."""

    def __init__(self, *names: str, broken: bool = False) -> None:
        self.names = names
        self.broken = broken
        self.asked: list[tuple[str, str, list[str]]] = []

    def running(self) -> dict[str, list[RunningContainer]]:
        return {
            name: [
                RunningContainer(
                    service=name, id=f"{name}-1", name=name, addresses=frozenset(), health="", environment={}
                )
            ]
            for name in self.names
        }

    def execute(self, container: RunningContainer, command: list[str]) -> str:
        if self.broken:
            raise DevpoolError("docker-failed", "no console")
        step = "begin" if "server_lifetime = '0'" in command[2] else "end"
        self.asked.append((container.service, step, command[4:]))
        return "2026-11-29 14:00:00\n"


def test_each_pooler_that_runs_is_asked_before_and_after_with_the_time_of_the_beginning() -> None:
    engine = Engine("pool", "other", "web")
    with fresh_connections(engine, ["pool", "stopped", "other"], Output()):  # type: ignore[arg-type]
        assert engine.asked == [("pool", "begin", []), ("other", "begin", [])]
    assert engine.asked[2:] == [("pool", "end", ["2026-11-29 14:00:00"]), ("other", "end", ["2026-11-29 14:00:00"])]


def test_a_migration_that_fails_or_is_interrupted_ends_it_too() -> None:
    engine = Engine("pool")
    with pytest.raises(KeyboardInterrupt), fresh_connections(engine, ["pool"], Output()):  # type: ignore[arg-type]
        raise KeyboardInterrupt
    assert [step for _, step, _ in engine.asked] == ["begin", "end"]


def test_a_pooler_that_cannot_be_asked_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    with fresh_connections(Engine("pool", broken=True), ["pool"], Output()):  # type: ignore[arg-type]
        pass
    assert "warning: no console" in capsys.readouterr().err


def test_without_a_pooler_nothing_is_asked_of_the_engine() -> None:
    with fresh_connections(object(), [], Output()):  # type: ignore[arg-type]
        pass
