"""What is seen of a project, from what its containers answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from memory_project import project

from devpool.decide.options import Options
from devpool.docker.console import Told
from devpool.docker.container_values import ListedContainer, RunningContainer
from devpool.errors import DevpoolError
from devpool.measurements.show_tables import PoolerStatus
from devpool.observe import overview
from devpool.observe.ask_containers import Answers
from devpool.observe.overview import _counted, _drift, _sight, _would_be, again
from unit.docker.stand_ins import END, KnownStack, listed
from unit.lifecycle.disk_project import enable, opened, state_of, written
from unit.observe.enabled_shop import ACTIVITY, ANSWERS, POOLER, RUNNING, SHOWN, STATE, TOLD, csv, seen

AWAY = DevpoolError("docker-failed", "docker failed: no such socket", said="no such socket")


def sight(
    told: Told | DevpoolError, before: PoolerStatus | None = None, stack: KnownStack | None = None
) -> PoolerStatus:
    answers = Answers(poolers={"pgbouncer": [told]}, servers={})
    return _sight(stack or KnownStack(), RUNNING["pgbouncer"], answers, POOLER, before)


def test_what_a_pooler_reports_to_its_connections_counts_before_what_its_console_says() -> None:
    found = sight(TOLD)
    assert (found.version, found.mode, found.learnt) == ("1.26.1", "session", "connection")
    older = sight(replace(TOLD, reported={}))
    assert (older.version, older.mode, older.learnt) == ("1.26.1", "transaction", "console")


def test_the_tables_of_a_pooler_are_read() -> None:
    found = sight(TOLD)
    assert (found.running, found.health, found.setting("default_pool_size")) == (True, "healthy", 20)
    assert [(p.user, p.clients_active, p.servers_idle) for p in found.pools] == [("web", 3, 2)]
    assert (len(found.clients), found.servers[0].pid, found.totals[0].queries) == (3, 7, 20)


def test_a_pooler_that_does_not_run_or_answer_says_why() -> None:
    assert sight(AWAY).problem == "no such socket"
    gone = _sight(KnownStack(), [], ANSWERS, POOLER, None)
    assert (gone.running, gone.problem) == (False, "it is not running")


def test_the_last_report_stays_until_something_is_set() -> None:
    before, later = sight(TOLD), replace(TOLD, reported={})
    quiet = KnownStack()
    assert sight(later, before, quiet).mode == "session"
    assert quiet.told == []
    config = [{"key": "pool_mode", "value": "statement"}]
    report = "pgbouncer.version=1.26.1\npgbouncer.pool_mode=statement\n"
    asked = KnownStack(says=lambda *_: csv(*SHOWN["VERSION"]) + report + END + END)
    found = sight(replace(later, shown={**SHOWN, "CONFIG": config}), before, asked)
    assert (found.mode, len(asked.told)) == ("statement", 1)


def test_connections_are_counted_where_poolers_and_databases_answer() -> None:
    (web,) = _counted(seen(connections=None), ANSWERS).connections or ()
    assert (web.at_pooler, web.at_database) == (3, 0)


@pytest.mark.parametrize(("publish", "outside"), [(None, {}), (6432, {"db": (1, 2)})])
def test_programs_on_the_host_are_counted_where_the_pooler_is_published(
    publish: int | None, outside: Mapping[str, tuple[int, int]]
) -> None:
    clients = [*SHOWN["CLIENTS"], {"database": "app", "addr": "192.168.1.7"}]
    activity = [*ACTIVITY, {"addr": "192.168.1.7", "connections": "2"}]
    answers = Answers(
        poolers={"pgbouncer": [replace(TOLD, shown={**SHOWN, "CLIENTS": clients})]}, servers={"db": [[activity]]}
    )
    state = replace(STATE, options=Options(publish=publish))
    assert _counted(seen(state=state), answers).outside == outside


def test_of_a_database_elsewhere_only_its_pooler_is_counted() -> None:
    (web,) = _counted(seen(), replace(ANSWERS, servers={})).connections or ()
    assert (web.at_pooler, web.at_database) == (3, None)


class Running(KnownStack):
    """A project whose running containers are known."""

    def running(self) -> dict[str, list[ListedContainer]]:
        return {name: [listed(name)] for name in RUNNING}

    def inspected(self) -> dict[str, list[RunningContainer]]:
        return dict(RUNNING)


@pytest.mark.parametrize(
    ("answers", "note", "counted"),
    [(ANSWERS, "", 3), (replace(ANSWERS, servers={"db": [AWAY]}), "docker failed: no such socket", None)],
)
def test_a_project_that_runs_is_asked_for_what_its_record_names(
    answers: Answers, note: str, counted: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(overview, "ask_all", lambda _, __, *names, deep: asked.append((*names, deep)) or answers)
    found = again(seen(stack=Running(), poolers=(sight(TOLD),), note="before", connections=None), deep=True)
    assert asked == [(["pgbouncer"], ["db"], ["pgbouncer"], True)]
    assert (found.note, found.running, found.poolers[0].running) == (note, RUNNING, True)
    assert [c.at_pooler for c in found.connections or ()] == ([] if counted is None else [counted])
    assert again(seen(stack=Running(), state=None, poolers=())).poolers == ()


def test_what_lacks_and_what_was_changed_are_both_drift(tmp_path: Path) -> None:
    enable(written(tmp_path))
    state = state_of(tmp_path)
    assert _drift(opened(tmp_path), state) == []
    (tmp_path / ".devpool" / "pgbouncer" / "Dockerfile").unlink()
    compose = tmp_path / "compose.yml"
    compose.write_text(compose.read_text().replace("pgbouncer:6432", "elsewhere:6432"))
    places = {one.file.removeprefix(f"{tmp_path}/"): one.place for one in _drift(opened(tmp_path), state)}
    assert places.keys() == {".devpool/pgbouncer", "compose.yml"}
    assert "web" in places["compose.yml"]


def test_a_project_that_does_not_run_says_so_and_keeps_its_poolers() -> None:
    found = again(seen(stack=KnownStack()))
    assert (found.note, found.connections, dict(found.running)) == ("the project is not running", None, {})
    assert found.poolers == (PoolerStatus(name="pgbouncer", database="db"),)


def test_without_devpool_every_app_is_direct_and_says_what_enable_would_do() -> None:
    address = "postgres://postgres:sesame@db:5432/shop"

    class Opened:
        without_devpool = project(
            "services:\n  db: {image: postgres}\n"
            f"  web: {{image: app, environment: {{URL: '{address}'}}}}\n"
            f"  job: {{image: dpage/pgadmin4, environment: {{URL: '{address}'}}}}\n"
        )

    routes = {r.service: r for r in _would_be(Opened())}  # type: ignore[arg-type]
    assert not any(r.pooled for r in routes.values())
    assert routes["web"].reason == "not enabled"
    assert routes["job"].reason not in ("", "not enabled")
