"""PgBouncer's SHOW tables as metrics, under the names and labels of prometheus-community's pgbouncer_exporter, so that
dashboards and alerts made for it work. Columns are read by name: one that this PgBouncer lacks gives no metric,
and if a column has two names in different releases, either works. Pure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from devpool.redact.terminal_text import visible

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]
# The tables that devpool queries.
SHOWN = ("VERSION", "LISTS", "CONFIG", "DATABASES", "STATS", "POOLS", "CLIENTS")
_PREFIX = "pgbouncer"
Kind = Literal["gauge", "counter"]
_MICRO = 1e-6
# column: (end of the name, type, factor, help)
Columns = Mapping[str, tuple[str, Kind, float, str]]
_DATABASES: Columns = {
    "pool_size": ("pool_size", "gauge", 1, "Server connections that a pool of this database may have"),
    "reserve_pool": ("reserve_pool", "gauge", 1, "Connections that a pool may have beyond its size"),
    "reserve_pool_size": ("reserve_pool", "gauge", 1, "Connections that a pool may have beyond its size"),
    "max_connections": ("max_connections", "gauge", 1, "Server connections that this database may have, 0 for any"),
    "current_connections": ("current_connections", "gauge", 1, "Server connections that this database has"),
    "paused": ("paused", "gauge", 1, "1 while the database is paused"),
    "disabled": ("disabled", "gauge", 1, "1 while the database is disabled"),
}
_STATS: Columns = {
    "total_query_count": ("queries_pooled_total", "counter", 1, "Queries that went through"),
    "total_query_time": ("queries_duration_seconds_total", "counter", _MICRO, "Time that servers worked on queries"),
    "total_received": ("received_bytes_total", "counter", 1, "Bytes from clients"),
    "total_sent": ("sent_bytes_total", "counter", 1, "Bytes to clients"),
    "total_wait_time": ("client_wait_seconds_total", "counter", _MICRO, "Time that clients waited for a server"),
    "total_xact_count": ("sql_transactions_pooled_total", "counter", 1, "Transactions that went through"),
    "total_xact_time": (
        *("server_in_transaction_seconds_total", "counter", _MICRO),
        "Time that servers were inside a transaction",
    ),
    "total_client_parse_count": ("client_parses_total", "counter", 1, "Statements that clients prepared"),
    "total_server_parse_count": ("server_parses_total", "counter", 1, "Statements that were prepared on servers"),
    "total_bind_count": ("binds_total", "counter", 1, "Prepared statements that were bound"),
    "total_server_assignment_count": ("server_assignments_total", "counter", 1, "Times that a client got a server"),
}
_POOLS: Columns = {
    "cl_active": ("client_active_connections", "gauge", 1, "Clients that have a server or need none now"),
    "cl_waiting": ("client_waiting_connections", "gauge", 1, "Clients that wait for a server"),
    "cl_active_cancel_req": ("client_active_cancel_connections", "gauge", 1, "Cancel requests passed on to a server"),
    "cl_waiting_cancel_req": ("client_waiting_cancel_connections", "gauge", 1, "Cancel requests not passed on yet"),
    "sv_active": ("server_active_connections", "gauge", 1, "Servers that a client has"),
    "sv_active_cancel": ("server_active_cancel_connections", "gauge", 1, "Servers that pass on a cancel request"),
    "sv_being_canceled": ("server_being_canceled_connections", "gauge", 1, "Servers kept until a cancel is done"),
    "sv_idle": ("server_idle_connections", "gauge", 1, "Servers that are free"),
    "sv_used": ("server_used_connections", "gauge", 1, "Servers that are checked before the next use"),
    "sv_tested": ("server_testing_connections", "gauge", 1, "Servers that are being reset or checked"),
    "sv_login": ("server_login_connections", "gauge", 1, "Servers that are logging in"),
    "maxwait": ("client_maxwait_seconds", "gauge", 1, "How long the first of the waiting clients has waited"),
}
_TABLES: Mapping[str, tuple[str, tuple[str, ...], Columns]] = {
    "DATABASES": ("databases", ("name", "host", "port", "database", "force_user", "pool_mode"), _DATABASES),
    "STATS": ("stats", ("database",), _STATS),
    "POOLS": ("pools", ("database", "user"), _POOLS),
}
_LISTS = {
    "databases": ("databases", "Known databases"),
    "users": ("users", "Known users"),
    "pools": ("pools", "Pools"),
    "free_clients": ("free_clients", "Client slots that are allocated and free"),
    "used_clients": ("used_clients", "Clients"),
    "login_clients": ("login_clients", "Clients that are logging in"),
    "free_servers": ("free_servers", "Server slots that are allocated and free"),
    "used_servers": ("used_servers", "Servers"),
    "dns_names": ("cached_dns_names", "Names in the DNS cache"),
    "dns_zones": ("cached_dns_zones", "Zones in the DNS cache"),
    "dns_queries": ("in_flight_dns_queries", "DNS queries still in progress"),
}
_CONFIG = {
    "max_client_conn": ("max_client_connections", "Clients that may connect"),
    "max_user_connections": ("max_user_connections", "Server connections that a user may have, 0 for any"),
}
_CLIENT = ("database", "user", "application_name", "state")


def families(tables: Tables | None) -> list[Family]:
    """The metrics of one pooler.

    Args:
        tables: the rows of each of `SHOWN`; None where the pooler does not answer.
    """
    up = Sample(value=float(tables is not None))
    all_families = [_family("up", "Whether PgBouncer answered", [up])]
    if tables is None:
        return all_families
    versions = [Sample(value=1, labels={"version": row["version"]}) for row in tables["VERSION"]]
    all_families.append(_family("version_info", "The version of PgBouncer", versions))
    all_families += _of_rows(tables["LISTS"], "list", "items", "", _LISTS)
    all_families += _of_rows(tables["CONFIG"], "key", "value", "config_", _CONFIG)
    for table, (prefix, labels, columns) in _TABLES.items():
        all_families += _of_columns(tables[table], prefix, labels, columns)
    all_families.append(_clients(tables["CLIENTS"]))
    return all_families


def merged(each: Iterable[tuple[str, list[Family]]]) -> list[Family]:
    """The metrics of several poolers, told apart by the label `pooler`."""
    by_name: dict[str, Family] = {}
    for pooler, mine in each:
        for family in mine:
            own = tuple(Sample(value=s.value, labels={**s.labels, "pooler": pooler}) for s in family.samples)
            before = by_name[family.name].samples if family.name in by_name else ()
            by_name[family.name] = Family(name=family.name, kind=family.kind, help=family.help, samples=(*before, *own))
    return list(by_name.values())


def _family(end: str, text: str, samples: Iterable[Sample], kind: Kind = "gauge") -> Family:
    return Family(name=f"{_PREFIX}_{end}", kind=kind, help=text, samples=tuple(samples))


def _of_rows(
    rows: Sequence[Row], key: str, value: str, prefix: str, names: Mapping[str, tuple[str, str]]
) -> list[Family]:
    """Metrics of a table with a row for each."""
    values = {row[key]: row[value] for row in rows}
    return [
        _family(prefix + end, text, [Sample(value=_number(values[name]))])
        for name, (end, text) in names.items()
        if name in values
    ]


def _of_columns(rows: Sequence[Row], prefix: str, labels: tuple[str, ...], columns: Columns) -> list[Family]:
    """Metrics of a table with a column for each."""
    return [
        _family(
            f"{prefix}_{end}",
            text,
            [Sample(value=_number(row[column]) * factor, labels={n: row.get(n, "") for n in labels}) for row in rows],
            kind,
        )
        for column, (end, kind, factor, text) in columns.items()
        if rows and column in rows[0]
    ]


def _clients(rows: Sequence[Row]) -> Family:
    counted = Counter(tuple(row.get(name, "") for name in _CLIENT) for row in rows)
    samples = [Sample(value=n, labels=dict(zip(_CLIENT, of, strict=True))) for of, n in counted.items()]
    return _family("client_connections", "Clients by database, user, application and state", samples)


def _number(text: str) -> float:
    """A number of the console; NULL is none."""
    return float(text) if text else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value and its labels."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric: its name, type and help, and its samples."""

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]


def exposition(families: Iterable[Family]) -> str:
    """The families as text, those without a sample left out."""
    return "".join(line + "\n" for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> list[str]:
    text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    head = [f"# HELP {family.name} {text}", f"# TYPE {family.name} {family.kind}"]
    return head + [f"{family.name}{_labels(s.labels)} {number(s.value)}" for s in family.samples]


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(labels[name])}"' for name in sorted(labels)) + "}"


def _escaped(value: str) -> str:
    """A label's value; what acts on a terminal is spelled out, because the format has no escape for it."""
    value = visible(value, keep="\n")
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def number(value: float) -> str:
    """A value as the format writes it, with no digit lost."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
