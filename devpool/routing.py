"""Pooled or direct, one route for each app and database, always with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from devpool import nodes
from devpool.errors import DevpoolError
from devpool.model import Project, image_name, unknown_service
from devpool.services import Service

_MIGRATES = re.compile(
    r"\bmigrat(e|ions?)\b|\balembic\b.*\bupgrade\b|\bflyway\b|\bliquibase\b|\bdb:(migrate|setup|prepare|create)\b"
    r"|\bprisma\s+(migrate|db\s+push)\b|\bgoose\b|\bdbmate\b|\bsqitch\b|"
    r"\bschema[-_ ]?(load|setup|create|init\w*|upgrade)\b|\bupgrade-schema\b"
    r"|\bairflow\s+db\b|\bseed(er)?\b",
    re.I,
)
_SERVES = re.compile(
    r"runserver|gunicorn|uvicorn|uwsgi|hypercorn|daphne|celery|puma|rails s|npm (run )?(start|dev)|\bserve\b|\bserver\b"
    r"|\bstart\b|next|node |java |&& *exec|sidekiq|phx\.server",
    re.I,
)
_MIGRATOR_NAME = re.compile(
    r"(^|[-_])(migrat\w*|db[-_]?init|init[-_]?db|seed(er)?|schema[-_]?(init\w*|upgrade|setup))([-_]|$)|[-_]init$", re.I
)
_BACKUP = re.compile(r"(^|[-_/\s])(backups?|pg_?dump)([-_.\s]|$)", re.I)
_DIRECT_IMAGES = (
    (
        re.compile(r"exporter|pgwatch|pganalyze|pgmonitor|pghero|^agent$|grafana-agent|alloy|telegraf|datadog|otel"),
        "monitoring",
        "it watches the real server",
    ),
    (
        re.compile(r"pgadmin|adminer|pgweb|pghero|phppgadmin|cloudbeaver|dbgate|prisma-studio|metabase-db"),
        "console",
        "an admin console needs session features",
    ),
    (re.compile(r"backup|pg_?dump|barman|wal-?g|pgbackrest"), "backup", "dumps need one session"),
    (
        re.compile(
            r"debezium|electric|realtime|kafka-connect|^connect$|pglogical|peerdb|airbyte|materialize|(^|[-_])cdc([-_]|$)"
        ),
        "replication",
        "it follows the server by logical replication",
    ),
    (
        re.compile(r"amqp-bridge|pg_?amqp|graphile-worker|concourse|graph-node"),
        "listen",
        "it waits on LISTEN, which a transaction pool cannot deliver",
    ),
    (re.compile(r"flyway|liquibase|dbmate|goose|atlas|sqitch"), "migrator", "it migrates the schema"),
)
_BYSTANDER = re.compile(
    r"^(redis|valkey|keydb|qdrant|weaviate|milvus|rabbitmq|memcached|nginx|openresty|caddy|traefik|haproxy|elasticsearch|opensearch|minio|kafka"
    r"|zookeeper|mongo(db)?|mysql|mariadb|mailhog|mailpit|mailcatcher|jaeger|prometheus|clickhouse)([-_.]|$)"
)
_DIRECT_COMMANDS = (
    (re.compile(r"\bpg_dump(all)?\b|\bpg_basebackup\b|\bpg_restore\b"), "backup", "dumps need one session"),
    (
        re.compile(r"prisma\s+studio|drizzle-kit\s+studio"),
        "console",
        "an admin console needs session features",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one app reaches one database, and why: a stable `code` and a sentence."""

    service: str
    database: str
    pooled: bool
    code: str
    reason: str


def find_routes(project: Project, direct: tuple[str, ...] = (), pool: tuple[str, ...] = ()) -> list[Route]:
    """The route of each app and database, in the order of the files.

    Args:
        project: the project.
        direct: services that the user wants direct.
        pool: services that the user wants pooled, whatever they look like.

    Raises:
        DevpoolError: `unknown-service`, `direct-and-pool`.
    """
    _check_names(project, direct, pool)
    pairs = dict.fromkeys((s.service, s.database) for s in (*project.settings, *project.kept))
    awaited = _awaited(project)
    return [_route(project, service, database, direct, pool, awaited) for service, database in pairs]


def _check_names(project: Project, direct: tuple[str, ...], pool: tuple[str, ...]) -> None:
    for name in (*direct, *pool):
        if name not in project.services:
            raise unknown_service(project, name)
        if name in direct and name in pool:
            raise DevpoolError(
                "direct-and-pool", f"`{name}` cannot be both direct and pooled", hint="give one of the two"
            )


def _route(
    project: Project,
    service: str,
    database: str,
    direct: tuple[str, ...],
    pool: tuple[str, ...],
    awaited: frozenset[str],
) -> Route:
    code, reason = "app", "no reason to stay direct"
    pooled = True
    if not any(s.database == database for s in project.of(service)):
        pooled, code, reason = False, "named-direct", "its only setting is direct by its own name"
    elif service in direct:
        pooled, code, reason = False, "user", "you asked for it (--direct)"
    elif service in pool:
        code, reason = "user", "you asked for it (--pool)"
    elif found := next(_reasons(project.services[service], awaited), None):
        pooled, (code, reason) = False, found
    return Route(service=service, database=database, pooled=pooled, code=code, reason=reason)


def _reasons(service: Service, awaited: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Why a service should stay direct; `awaited` are the services whose end others wait for."""
    image, command = image_name(service), service.start()
    if service.text("network_mode") not in ("", "bridge"):
        yield "network", "it does not share the project's networks"
    if _BYSTANDER.search(image):
        yield "bystander", f"it is {image} and does not connect to Postgres"
    for pattern, code, reason in _DIRECT_IMAGES:
        if pattern.search(image):
            yield code, reason
    for pattern, code, reason in _DIRECT_COMMANDS:
        if pattern.search(command):
            yield code, reason
    if _BACKUP.search(service.name) or _BACKUP.search(command):
        yield "backup", "dumps need one session"
    yield from _one_off(service, command, awaited)


def _one_off(service: Service, command: str, awaited: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Reasons that hold only for a service that does its work and ends."""
    if service.text("restart") in ("always", "unless-stopped"):
        return
    told = " ".join(service.names("environment"))
    if re.search(r"_AIRFLOW_DB_(UPGRADE|MIGRATE)", told):
        yield "migrator", "its environment tells it to migrate the schema"
    elif _MIGRATES.search(command) and not _SERVES.search(command):
        yield "migrator", "its command migrates the schema"
    elif re.search(r"\bpsql\b", command) and not _SERVES.search(command):
        yield "one-off", "it runs psql and ends"
    elif service.name in awaited:
        yield "one-off", "others wait for its end: a one-off job that prepares the database"
    elif _MIGRATOR_NAME.search(service.name) and not _SERVES.search(command):
        yield "migrator", "its name says that it migrates the schema"


def _awaited(project: Project) -> frozenset[str]:
    """Services that another waits for with `service_completed_successfully`."""
    found: set[str] = set()
    for service in project.services.values():
        for statement in service.statements("depends_on"):
            if isinstance(statement.value, nodes.Mapping):
                for name, entry in nodes.entries(statement.value).items():
                    if "service_completed_successfully" in service.deep_texts(entry.value):
                        found.add(name)
    return frozenset(found)
