"""The facts of `devpool check`, from what was seen. What cannot be asked is a fact too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from memory_project import project

from devpool.checks.facts import Facts, Port
from devpool.decide.options import Options
from devpool.docker.console import Told
from devpool.errors import Code, DevpoolError
from devpool.lifecycle.file_drift import Drift
from devpool.model.project import Project
from devpool.model.sources import Selection
from devpool.observe import check_facts
from devpool.observe.ask_containers import Answers
from devpool.observe.check_facts import _declared, _logged, _or, _ports, _queries, _servers, gather
from devpool.undo.state import AppRoute
from unit.checks.healthy_project import ROUTE
from unit.docker.stand_ins import KnownStack, listed
from unit.observe.enabled_shop import ACTIVITY, STATE, TOLD, csv, seen

LIMITS = {
    "server_version": "17.2 (Debian)",
    "max_connections": "100",
    "superuser_reserved_connections": "3",
    "connections": "9",
}
AWAY = DevpoolError("docker-failed", "docker failed: no such socket", said="no such socket")
DECLARED: Mapping[str, Mapping[str, Any]] = {"db": {}, "web": {}, "pgbouncer": {}}


class Opened:
    """An enabled project whose files are known without devpool."""

    def __init__(self, variables: str = "", session: tuple[str, ...] = ()) -> None:
        self.variables = variables
        self.options = Options(session=session)
        self.selection = Selection()

    @property
    def without_devpool(self) -> Project:
        if not self.variables:
            raise DevpoolError("changed-since-enable", "compose.yml was changed")
        web = f"web: {{image: app, environment: {{{self.variables}}}}}"
        return project(f"services:\n  db: {{image: postgres}}\n  other: {{image: postgres}}\n  {web}\n")


def known(**declared: Mapping[str, Any]) -> KnownStack:
    stack = KnownStack()
    stack.declared = declared or DECLARED  # type: ignore[misc]
    return stack


def rows(**more: str) -> list[dict[str, str]]:
    return [{"name": name, "setting": value} for name, value in {**LIMITS, **more}.items()]


def limits(**more: str) -> Answers:
    return Answers(poolers={}, servers={"db": [[ACTIVITY, rows(**more)]]})


@pytest.fixture
def no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers what is asked of docker."""

    @contextmanager
    def nobody(questions: Iterator[object]) -> Iterator[object]:
        yield lambda: [AWAY for _ in questions]

    monkeypatch.setattr(check_facts, "asking", nobody)


def facts(opened: Opened, **changes: object) -> Facts:
    return gather(seen(**changes), opened, warn=70, crit=95)  # type: ignore[arg-type]


@pytest.mark.usefixtures("no_docker")
def test_without_an_engine_what_the_files_say_is_still_known() -> None:
    drift = (Drift(file="compose.yml", place="", problem="the file is gone"),)
    found = facts(Opened("A: b"), code="engine-not-running", note="no engine", drift=drift, stack=known())
    assert (found.enabled, found.engine_problem, found.drifted) == (
        True,
        "no engine",
        ("compose.yml the file is gone",),
    )
    assert (found.servers, found.installed, found.compose_version) == ({}, (), ())
    assert (found.warn, found.crit) == (70, 95)


@pytest.mark.usefixtures("no_docker")
def test_what_an_app_sets_for_its_session_is_read_without_devpools_edits() -> None:
    url = "URL: 'postgres://u:p@db/x?options=-csearch_path%3Dshop'"
    assert "web.URL sets options" in " ".join((facts(Opened(url)).unkept or {})["web"])
    assert facts(Opened("A: b")).unkept == {"web": ()}
    assert facts(Opened()).unkept is None


@pytest.mark.usefixtures("no_docker")
@pytest.mark.parametrize(
    ("session", "kept"), [((), False), (("web",), True), (("web:db",), False), (("web:db", "web:other"), True)]
)
def test_what_an_app_sets_for_all_of_its_sessions_is_kept_where_all_go_to_session_pools(
    session: tuple[str, ...], kept: bool
) -> None:
    urls = "URL: 'postgres://u:p@db/x', READ_URL: 'postgres://u:p@other/x', HIKARI_SCHEMA: shop"
    routes = (ROUTE, AppRoute(service="web", database="other", pooled=True, reason=""))
    assert ((facts(Opened(urls, session), routes=routes).unkept or {})["web"] == ()) == kept


@pytest.mark.usefixtures("no_docker")
def test_what_an_app_sets_where_it_is_direct_is_not_lost() -> None:
    urls = "URL: 'postgres://u:p@db/x', READ_URL: 'postgres://u:p@other/x?options=-csearch_path%3Dshop'"
    direct = AppRoute(service="web", database="other", pooled=False, reason="it reports")
    assert facts(Opened(urls), routes=(ROUTE, direct)).unkept == {"web": ()}
    assert (facts(Opened(urls), routes=(ROUTE, replace(direct, pooled=True))).unkept or {})["web"] != ()


@pytest.mark.usefixtures("no_docker")
def test_apps_at_the_session_alias_are_those_of_the_record() -> None:
    state = replace(STATE, options=Options(session=("web",)))
    assert facts(Opened("A: b"), state=state).sessions == {"web"}
    assert facts(Opened("A: b"), state=None).sessions == frozenset()


@pytest.mark.parametrize(
    ("code", "problem"),
    [("compose-refuses", "said"), ("no-docker-cli", "said"), ("engine-not-running", ""), ("", "")],
)
def test_only_what_compose_says_of_the_files_is_a_problem_of_the_files(code: Code, problem: str) -> None:
    assert _declared(seen(stack=None, code=code, note="said")) == (None, problem)


def test_the_services_are_those_of_composes_model() -> None:
    assert _declared(seen(stack=known())) == (DECLARED, "")


def test_a_server_says_its_version_its_limits_and_its_connections() -> None:
    (found,) = _servers(known(), seen(answers=limits(reserved_connections="2")), DECLARED)
    assert (found.version, found.most, found.reserved, found.connections, found.problem) == ((17, 2), 100, 5, 9, "")
    (older,) = _servers(known(), seen(answers=limits()), DECLARED)
    assert older.reserved == 3  # before PostgreSQL 16, there is no other reserve


def test_why_a_server_says_nothing_is_a_fact() -> None:
    (found,) = _servers(known(), seen(answers=Answers(poolers={}, servers={"db": [AWAY]})), DECLARED)
    assert found.problem == "no such socket"
    running = {"web": seen().running["web"]}
    (stopped,) = _servers(known(), seen(running=running), DECLARED)
    assert stopped.problem == "it is not running"


def test_a_server_outside_of_the_project_is_asked_on_its_poolers_way() -> None:
    stack = KnownStack(
        says=lambda *_: csv(*({"name": n, "setting": v} for n, v in {**LIMITS, "connections": "9"}.items()))
    )
    running = {name: found for name, found in seen().running.items() if name != "db"}
    (found,) = _servers(stack, seen(running=running), {"web": {}})
    assert (found.database, found.most) == ("db", 100)
    assert "service=direct" in stack.told[0]
    unreached = seen(running=running, routes=(AppRoute(service="web", database="far", pooled=False, reason=""),))
    assert list(_servers(stack, unreached, {"web": {}})) == []


def test_a_query_is_a_fact_only_where_the_pooler_was_asked() -> None:
    told = Told(shown=TOLD.shown, query="pooler up, database not answering")
    answers = Answers(poolers={"a": [told, TOLD], "b": [TOLD], "c": [AWAY], "d": []}, servers={})
    assert _queries(seen(answers=answers)) == {"a": "pooler up, database not answering", "b": ""}
    assert _queries(seen()) == {}


def test_the_ports_of_a_service_are_those_that_it_publishes() -> None:
    services = {"pgbouncer": {"ports": [{"host_ip": "127.0.0.1", "published": "6432"}, {"target": 6432}]}, "db": {}}
    assert _ports(services, "pgbouncer") == (Port(host="127.0.0.1", published="6432"),)
    assert _ports(services, "db") == _ports(services, "gone") == ()


def test_the_logs_of_poolers_databases_and_pooled_apps_are_asked_for_once_each() -> None:
    stack = known()
    stack.containers = [listed("web"), listed("pgbouncer")]
    question = _logged(stack, seen(), ["web", "gone"])
    assert question.command[-3:] == ["pgbouncer", "db", "web"]
    assert question.read("web-1  | ready\npgbouncer-1  | started\n")["web"] == ("ready",)


def test_an_answer_that_is_an_error_is_no_answer() -> None:
    assert (_or("", [AWAY]), _or("", ["2.40.3"])) == ("", "2.40.3")
