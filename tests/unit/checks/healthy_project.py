"""A project where all is well, as the facts that the checks take, and ways to change one of them."""

from __future__ import annotations

from dataclasses import replace

from devpool.checks.facts import DatabaseServer, Facts
from devpool.checks.families import evaluate
from devpool.checks.installed import Installed
from devpool.checks.result import Level, Result
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


def frameworks(app: Installed, **pooler: str) -> list[Result]:
    facts = replace(with_config(**pooler), installed=(app,))
    return [r for r in evaluate(facts) if r.check == "framework"]


def levels(results: list[Result]) -> set[Level]:
    return {r.level for r in results}


def django(**settings: object) -> Installed:
    usual = {"alias": "default", "CONN_MAX_AGE": 60, "DISABLE_SERVER_SIDE_CURSORS": True, "options": []}
    packages = {"django": "5.1", "psycopg": "3.2.6", "libpq": "17"}
    return Installed(app="web", packages=packages, django=({**usual, **settings},))
