"""The checks: facts as values in, results out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.facts import DatabaseServer, Facts, Port, version
from devpool.checks.installed import Installed, Mention
from devpool.checks.registry import FAMILIES, evaluate
from devpool.checks.result import Level, Result, check_lines, nagios_line, worst
from devpool.measurements.routes import Connections, Replica
from devpool.measurements.show_tables import Limits, Link, Pool, PoolerStatus
from devpool.undo.state import AppRoute

ROUTE = AppRoute(service="web", database="db", pooled=True, reason="")
POOL = Pool(
    database="app",
    user="web",
    mode="transaction",
    clients_active=3,
    clients_waiting=0,
    servers_active=2,
    servers_idle=18,
    longest_wait=0,
)
CLIENT = Link(database="app", user="web", address="10.0.0.3", application="", pid=0, asked="", pointer="", linked="")
SIGHT = PoolerStatus(
    name="pgbouncer",
    database="db",
    running=True,
    health="healthy",
    version="1.26.1",
    mode="transaction",
    learnt="connection",
    reported={"server_version": "17.12"},
    pools=(POOL,),
    limits=(Limits(database="app", pool_size=20, reserve=0, most=0),),
    clients=(CLIENT,) * 3,
    config={
        "auth_type": "scram-sha-256",
        "max_client_conn": "1000",
        "default_pool_size": "20",
        "max_prepared_statements": "200",
        "query_wait_timeout": "120",
        "ignore_startup_parameters": "extra_float_digits, options",
    },
)
SERVER = DatabaseServer(database="db", version=(17, 12), most=100, reserved=3, connections=21)
HELD = Replica(container="web-1", at_pooler=3, at_database=0)
WELL = Facts(
    enabled=True,
    routes=(ROUTE,),
    running=frozenset({"web", "db", "pgbouncer"}),
    poolers=(SIGHT,),
    queries={"pgbouncer": ""},
    servers={"db": SERVER},
    connections=(Connections.of("web", "db", (HELD,)),),
    installed=(Installed(app="web"),),
    ports={"pgbouncer": (), "db": ()},
    logged={"web": ("ready",)},
)


def the(facts: Facts, check: str) -> Result:
    """The one result of a check."""
    (found,) = [r for r in evaluate(facts) if r.check == check]
    return found


def with_pooler(facts: Facts = WELL, **changes: object) -> Facts:
    return replace(facts, poolers=(replace(facts.poolers[0], **changes),))  # type: ignore[arg-type]


def with_config(**changes: str) -> Facts:
    return with_pooler(config={**SIGHT.config, **changes})


def with_pool(**changes: object) -> Facts:
    return with_pooler(pools=(replace(POOL, **changes),))  # type: ignore[arg-type]


def with_replicas(*replicas: Replica) -> Facts:
    return replace(WELL, connections=(Connections.of("web", "db", replicas),))


# Where all is well, and where little can be known


def test_where_all_is_well_every_check_is_ok() -> None:
    assert {r.check for r in evaluate(WELL) if r.level != "ok"} == set()
    names = "files compose pooler query version auth ports database connections max_connections route clients pool"
    assert {r.check for r in evaluate(WELL)} == {*names.split(), "waiting", "framework", "log"}


def test_a_project_that_is_not_enabled_is_no_trouble() -> None:
    results = evaluate(Facts(enabled=False, engine_problem="the Docker engine is not running"))
    assert {r.check: r.level for r in results} == {"files": "skipped", "compose": "ok"}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(WELL, engine_problem="the Docker engine is not running"), "the Docker engine is not running"),
        (replace(WELL, running=frozenset()), "the project is not running"),
    ],
)
def test_without_engine_or_containers_what_runs_is_skipped_and_said_why(facts: Facts, said: str) -> None:
    asleep = replace(
        facts,
        poolers=(PoolerStatus(name="pgbouncer", database="db"),),
        servers={},
        connections=None,
        installed=(),
        logged={},
        queries={},
    )
    results = {r.check: r for r in evaluate(asleep)}
    assert {c for c, r in results.items() if r.level == "skipped"} == {"pooler", "database", "route"}
    assert {results[c].message for c in ("pooler", "database", "route")} == {said}
    assert worst(results.values()) == "ok"


def test_every_family_takes_facts_without_anything() -> None:
    assert [list(family(Facts(enabled=False))) for family in FAMILIES]


# Files and pooler


def test_files_that_drifted_are_named() -> None:
    found = the(replace(WELL, drifted=("compose.yml services.web.environment changed",)), "files")
    assert found.level == "warning"
    assert "services.web.environment" in found.message


def test_what_compose_refuses_is_critical() -> None:
    assert the(replace(WELL, compose_problem="services.web is wrong"), "compose").level == "critical"


def test_no_docker_at_all_is_not_the_projects_fault() -> None:
    assert the(replace(WELL, compose_problem="there is no `docker` command"), "compose").level == "skipped"


@pytest.mark.parametrize(("running", "problem"), [(False, ""), (True, "no such socket")])
def test_a_pooler_that_does_not_answer_is_critical_and_the_rest_is_judged(running: bool, problem: str) -> None:
    facts = with_pooler(running=running, problem=problem)
    assert the(facts, "pooler").level == "critical"
    assert the(facts, "database").level == "ok"
    assert [r for r in evaluate(facts) if r.check in ("query", "version", "pool")] == []


def test_a_query_that_the_pool_does_not_answer_is_critical() -> None:
    found = the(replace(WELL, queries={"pgbouncer": "pooler up, database not answering: no"}), "query")
    assert (found.level, found.message) == ("critical", "pooler up, database not answering: no")


@pytest.mark.parametrize(
    ("text", "level"),
    [("1.26.1", "ok"), ("1.27", "ok"), ("1.26.0", "critical"), ("1.9.9", "critical"), ("", "skipped")],
)
def test_the_version_has_a_floor(text: str, level: Level) -> None:
    assert the(with_pooler(version=text), "version").level == level


@pytest.mark.parametrize(
    ("kind", "level"),
    [("scram-sha-256", "ok"), ("md5", "warning"), ("plain", "warning"), ("trust", "critical"), ("any", "critical")],
)
def test_authentication_weaker_than_scram_is_found(kind: str, level: Level) -> None:
    assert the(with_config(auth_type=kind), "auth").level == level


def test_where_the_pooler_trusts_it_is_the_database_that_has_to_change() -> None:
    assert "POSTGRES_HOST_AUTH_METHOD" in the(with_config(auth_type="trust"), "auth").hint


@pytest.mark.parametrize(
    ("host", "level"),
    [("127.0.0.1", "ok"), ("::1", "ok"), ("", "warning"), ("0.0.0.0", "warning"), ("192.168.1.5", "warning")],
)
def test_a_pooler_open_to_other_machines_is_found(host: str, level: Level) -> None:
    ports = {"pgbouncer": (Port(host=host, published="6432"),)}
    assert the(replace(WELL, ports=ports), "ports").level == level


def test_ports_that_compose_does_not_tell_are_not_called_closed() -> None:
    assert the(replace(WELL, ports=None), "ports").level == "skipped"


def test_a_database_that_is_published_is_said_and_is_the_projects_own_choice() -> None:
    ports = {"db": (Port(host="", published="5432"),)}
    found = [r for r in evaluate(replace(WELL, ports=ports)) if r.check == "ports" and r.subject == "db"]
    assert [(r.level, "127.0.0.1:5432" in r.hint) for r in found] == [("ok", True)]


# Database and load


def test_a_database_that_does_not_answer_is_critical() -> None:
    servers = {"db": DatabaseServer(database="db", problem="connection refused")}
    assert the(replace(WELL, servers=servers), "database").level == "critical"


@pytest.mark.parametrize(("used", "level"), [(77, "ok"), (78, "warning"), (87, "warning"), (88, "critical")])
def test_the_servers_connections_are_held_against_the_thresholds(used: int, level: Level) -> None:
    servers = {"db": replace(SERVER, connections=used)}
    assert the(replace(WELL, servers=servers), "connections").level == level


def test_pools_that_may_take_more_than_postgres_has_are_found() -> None:
    pools = tuple(replace(POOL, user=f"u{n}") for n in range(5))
    found = the(with_pooler(pools=pools), "max_connections")
    assert found.level == "warning"
    assert "100" in found.message
    assert "97" in found.message
    limits = (Limits(database="app", pool_size=20, reserve=0, most=50),)
    assert the(with_pooler(pools=pools, limits=limits), "max_connections").level == "ok"


def test_who_is_direct_takes_room_from_the_pools() -> None:
    held = Replica(container="job-1", at_pooler=0, at_database=80)
    job = AppRoute(service="job", database="db", pooled=False, reason="migrates")
    connections = (*(WELL.connections or ()), Connections.of("job", "db", (held,)))
    facts = replace(WELL, routes=(ROUTE, job), connections=connections)
    assert the(facts, "max_connections").level == "warning"


@pytest.mark.parametrize(("busy", "level"), [(2, "ok"), (15, "ok"), (16, "warning"), (17, "warning"), (18, "critical")])
def test_busy_server_connections_are_held_against_the_thresholds(busy: int, level: Level) -> None:
    assert the(with_pool(servers_active=busy), "pool").level == level


def test_the_thresholds_are_the_users() -> None:
    full = with_pool(servers_active=10)
    assert the(replace(full, warn=50, crit=60), "pool").level == "warning"
    assert the(replace(full, warn=40, crit=50), "pool").level == "critical"


def test_clients_are_held_against_max_client_conn() -> None:
    assert the(with_config(max_client_conn="3"), "clients").level == "critical"


@pytest.mark.parametrize(("wait", "level"), [(0.1, "warning"), (100.0, "warning"), (109.0, "critical")])
def test_waiting_clients_are_found(wait: float, level: Level) -> None:
    assert the(with_pool(clients_waiting=4, longest_wait=wait), "waiting").level == level


# Routes


@pytest.mark.parametrize(
    ("replica", "level"),
    [
        (HELD, "ok"),
        (Replica(container="w", at_pooler=0, at_database=0), "skipped"),
        (Replica(container="w", at_pooler=0, at_database=2), "critical"),
        (Replica(container="w", at_pooler=9, at_database=1), "critical"),
        (Replica(container="w", at_pooler=2, at_database=None), "ok"),
        (Replica(container="w", at_pooler=0, at_database=0, addressed=False), "skipped"),
    ],
)
def test_a_route_is_proved_by_connections(replica: Replica, level: Level) -> None:
    assert the(with_replicas(replica), "route").level == level


def test_one_container_that_goes_past_the_pooler_is_named() -> None:
    found = the(with_replicas(HELD, Replica(container="web-2", at_pooler=0, at_database=1)), "route")
    assert found.level == "critical"
    assert "web-2" in found.message
    assert "web-1" not in found.message


def test_a_container_that_rests_does_not_hide_the_proof_of_another() -> None:
    found = the(with_replicas(HELD, Replica(container="web-2", at_pooler=0, at_database=0)), "route")
    assert (found.level, "1 of 2 containers" in found.message) == ("ok", True)


# Logs


def test_a_message_in_a_log_becomes_cause_and_fix() -> None:
    found = the(replace(WELL, logged={"web": ("FATAL:  query_wait_timeout",)}), "log")
    assert found.level == "warning"
    assert "all were busy" in found.message
    assert "https://www.pgbouncer.org/" in found.hint


def test_a_database_that_was_away_and_is_back_is_no_trouble_any_more() -> None:
    lines = ("FATAL:  the database system is starting up", "WARNING DNS lookup failed: db: result=0")
    facts = replace(WELL, logged={"pgbouncer": lines})
    assert the(facts, "log").level == "ok"
    assert the(facts, "log").message.startswith("over: ")
    still = [r.level for r in evaluate(replace(facts, queries={"pgbouncer": "no"})) if r.check == "log"]
    assert still == ["warning", "warning"]


def test_a_long_line_of_a_log_is_cut() -> None:
    found = the(replace(WELL, logged={"web": ("query_wait_timeout " + "x" * 1000,)}), "log")
    assert len(found.message) < 400


# Frameworks


def frameworks(app: Installed, **pooler: str) -> list[Result]:
    facts = replace(with_config(**pooler), installed=(app,))
    return [r for r in evaluate(facts) if r.check == "framework"]


def django(**settings: object) -> Installed:
    usual = {"alias": "default", "CONN_MAX_AGE": 60, "DISABLE_SERVER_SIDE_CURSORS": True, "options": []}
    packages = {"django": "5.1", "psycopg": "3.2.6", "libpq": "17"}
    return Installed(app="web", packages=packages, django=({**usual, **settings},))


def levels(results: list[Result]) -> set[Level]:
    return {r.level for r in results}


def test_a_django_that_is_set_up_for_pooling_is_ok() -> None:
    assert levels(frameworks(django())) == {"ok"}


def test_server_side_cursors_of_django_are_found() -> None:
    (found,) = [r for r in frameworks(django(DISABLE_SERVER_SIDE_CURSORS=False)) if r.level == "warning"]
    assert "DISABLE_SERVER_SIDE_CURSORS = True" in found.hint


def test_options_that_the_pooler_does_not_apply_are_found() -> None:
    assert "warning" in levels(frameworks(django(options=["search_path"])))
    assert "warning" not in levels(frameworks(django(options=["search_path"]), ignore_startup_parameters="x"))


@pytest.mark.parametrize(
    ("packages", "prepared", "level", "word"),
    [
        ({"psycopg": "3.2.6", "libpq": "17"}, "200", "ok", "obsolete"),
        ({"psycopg": "3.2.6", "libpq": "16"}, "200", "warning", "libpq 16"),
        ({"psycopg": "3.1.9", "libpq": "17"}, "200", "warning", "libpq 17"),
        ({"asyncpg": "0.30"}, "200", "ok", "obsolete"),
        ({"asyncpg": "0.30"}, "0", "warning", "does not support"),
        ({"postgres": "3.4"}, "200", "ok", "obsolete"),
        ({"postgres": "3.4"}, "0", "warning", "does not support"),
        ({"postgrex": "0.17"}, "200", "ok", "obsolete"),
        ({"github.com/jackc/pgx/v5": "5.6"}, "200", "ok", "obsolete"),
        ({"postgresql": "42.7"}, "0", "warning", "does not support"),
        ({"pdo_pgsql": ""}, "200", "warning", "PDO"),
        ({"pg": "8.11"}, "0", "ok", "no driver"),
    ],
)
def test_a_driver_is_judged_for_this_very_pooler(
    packages: dict[str, str], prepared: str, level: Level, word: str
) -> None:
    (found,) = frameworks(Installed(app="web", packages=packages), max_prepared_statements=prepared)
    assert found.level == level
    assert word in found.message


def test_an_obsolete_setting_is_named_where_it_stands() -> None:
    mention = Mention(place="config/database.yml:7", text="prepared_statements: false")
    app = Installed(app="web", packages={"activerecord": "7.1"}, mentions=(mention,))
    found = frameworks(app)
    assert any("obsolete" in r.message and "config/database.yml:7" in r.hint for r in found)
    assert any("migrations" in r.message for r in found)
    assert levels(found) == {"ok"}


def test_prismas_flag_in_an_address_is_obsolete_and_needed_without_prepared_statements() -> None:
    app = Installed(
        app="web", packages={"@prisma/client": "5.1"}, flags=(Mention(place="DATABASE_URL", text="pgbouncer=true"),)
    )
    assert any("obsolete" in r.message and "DATABASE_URL" in r.hint for r in frameworks(app))
    plain = replace(app, flags=())
    assert "warning" in levels(frameworks(plain, max_prepared_statements="0"))


def test_lib_pq_mixes_statements_unless_its_parameters_are_binary() -> None:
    app = Installed(app="web", packages={"github.com/lib/pq": "1.10"})
    assert levels(frameworks(app)) == {"warning"}
    cured = replace(app, flags=(Mention(place="DATABASE_URL", text="binary_parameters=yes"),))
    assert levels(frameworks(cured)) == {"ok"}


def test_an_app_that_listens_is_told_so() -> None:
    app = Installed(app="web", packages={"activerecord": "7.1", "good_job": "4.0"})
    assert any("LISTEN" in r.message and "--session web" in r.hint for r in frameworks(app))


def test_an_app_that_cannot_be_looked_into_is_skipped() -> None:
    assert levels(frameworks(Installed(app="web", problem="its container has no shell"))) == {"skipped"}
    assert levels(frameworks(Installed(app="web", cut=True))) == {"skipped"}


def test_an_app_that_keeps_its_session_is_not_judged_for_transactions() -> None:
    app = django(DISABLE_SERVER_SIDE_CURSORS=False)
    facts = replace(WELL, installed=(app,))
    assert "warning" in {r.level for r in evaluate(facts) if r.check == "framework"}
    for other in (replace(facts, sessions=frozenset({"web"})), with_pooler(facts, mode="session")):
        assert [r for r in evaluate(other) if r.check == "framework"] == []


def test_a_direct_app_is_not_judged_for_pooling() -> None:
    facts = replace(
        WELL, routes=(replace(ROUTE, pooled=False),), installed=(django(DISABLE_SERVER_SIDE_CURSORS=False),)
    )
    assert [r for r in evaluate(facts) if r.check == "framework"] == []


# Words


def result(level: Level, check: str = "pool", message: str = "it is full") -> Result:
    return Result(check=check, subject="p", level=level, message=message, hint="do this")


def test_a_line_has_level_check_subject_sentence_and_hint() -> None:
    lines = check_lines([result("critical"), result("ok")])
    assert lines[0].split()[:3] == ["critical", "pool", "p"]
    assert lines[0].endswith("it is full")
    assert lines[1].strip() == "hint: do this"
    assert lines[-1] == "1 critical, 1 ok"


@pytest.mark.parametrize(
    ("levels", "begin"),
    [
        (["ok", "skipped"], "DEVPOOL OK - 1 ok, 1 skipped"),
        (["ok", "warning"], "DEVPOOL WARNING - pooler p: it is full"),
        (["warning", "critical"], "DEVPOOL CRITICAL - pooler p: it is full"),
        (["skipped"], "DEVPOOL UNKNOWN - 1 skipped"),
    ],
)
def test_monitoring_gets_one_line_with_the_worst(levels: list[Level], begin: str) -> None:
    assert nagios_line([result(level, "pooler") for level in levels]) == begin


def test_without_a_pooler_that_could_be_judged_monitoring_does_not_hear_that_all_is_well() -> None:
    results = [result("ok", "files"), result("skipped", "pooler")]
    assert nagios_line(results) == "DEVPOOL UNKNOWN - 1 ok, 1 skipped"
    assert nagios_line([*results, result("warning", "files")]).startswith("DEVPOOL WARNING")


def test_nothing_in_the_line_for_monitoring_begins_performance_data_or_a_second_line() -> None:
    line = nagios_line([result("critical", message="a|b\nc")])
    assert "|" not in line
    assert "\n" not in line


def test_a_version_is_numbers() -> None:
    assert [version(t) for t in ("17.12 (Debian)", "1.26.1", "", "v1")] == [(17, 12), (1, 26, 1), (), ()]


@pytest.mark.parametrize(("told", "levels"), [((2, 40, 2), ["warning"]), ((2, 40, 3), []), ((5, 0, 1), []), ((), [])])
def test_a_compose_that_a_remote_file_makes_write_is_named(told: tuple[int, ...], levels: list[str]) -> None:
    facts = Facts(enabled=True, compose_version=told)
    found = [r for r in evaluate(facts) if r.check == "compose-version"]
    assert [r.level for r in found] == levels
    assert all("CVE-2025-62725" in r.hint and "2.40.3" in r.hint for r in found)


# What an app sets for its session


def test_what_a_session_loses_is_a_warning_with_the_way_out() -> None:
    said = "web.URL sets search_path, which a pooler does not pass on: set it in Postgres (ALTER ROLE ... SET ...)"
    found = the(replace(WELL, unkept={"web": (said,)}), "session")
    assert (found.level, found.hint) == ("warning", "set it in Postgres (ALTER ROLE ... SET ...)")


def test_an_app_whose_variables_set_nothing_for_its_session_is_well() -> None:
    assert the(replace(WELL, unkept={"web": ()}), "session").level == "ok"


def test_what_could_not_be_read_is_not_called_well() -> None:
    assert the(replace(WELL, unkept=None), "session").level == "skipped"


# The database's own log


def test_a_lock_that_was_not_held_is_found_in_the_log_of_the_database() -> None:
    logged = {"db": ("WARNING:  you don't own a lock of type ExclusiveLock",)}
    found = [r for r in evaluate(replace(WELL, logged=logged)) if r.check == "log"]
    assert [(r.subject, r.level) for r in found] == [("db", "warning")]


def test_what_direct_clients_meet_at_the_database_is_not_the_poolers_fault() -> None:
    logged = {"db": ("FATAL:  sorry, too many clients already", 'FATAL:  password authentication failed for user "x"')}
    found = [r for r in evaluate(replace(WELL, logged=logged)) if r.check == "log"]
    assert [(r.subject, r.level) for r in found] == [("db", "ok")]
