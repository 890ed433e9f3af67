"""What a transaction pool does not keep: what source code does in a session, and what a connection asks for when it
starts. Pure.

The features are those of PgBouncer's table "SQL feature map for pooling modes"
(https://www.pgbouncer.org/features.html). A row counts in a line of source, never in a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devpool.text.patterns import regex

_SQL = r"[\"'`]\s*"  # the beginning of a string


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFeature:
    """One feature.

    Attributes:
        name: as a sentence says it: "uses NAME".
        pattern: finds its use in a line.
        words: one of which is in every line that the pattern finds, so that most files need no search.
        harm: what happens in a transaction pool, as the end of a sentence.
        remedy: what to do; `{service}` stands for the app.
        session: whether a session pool is the other way.
        source: where a driver's call is documented.
    """

    name: str
    pattern: re.Pattern[str]
    words: tuple[str, ...]
    harm: str
    remedy: str
    session: bool = True
    source: str = "https://www.pgbouncer.org/features.html"

    def ways(self, service: str, *, by_name: bool = False) -> str:
        """What can be done for an app; a session pool needs a variable that can name it, which one that is pooled by
        name does not have.
        """
        remedy, option = self.remedy.format(service=service), "--direct" if by_name else "--session"
        return f"{remedy}, or {option} {service}" if self.session and f"{option} {service}" not in remedy else remedy


SESSION_FEATURES = (
    SessionFeature(
        name="LISTEN",
        pattern=regex(
            rf"{_SQL}LISTEN\s+[\w\"${{%]|\.add_listener\(|\bNewListener\(|WaitForNotification\(|\bgetNotifications\("
            r"|wait_for_notify\b|pg_get_notify\(|pgsqlGetNotify\(|Postgrex\.Notifications\b|\.notifies\(|\bcreateSubscriber\("
            r"|\{Oban,|\bOban\.Notifiers\.Postgres\b"
        ),
        words=("LISTEN", "isten", "otif", "createSubscriber", "Oban"),
        harm="notifications do not arrive through a transaction pool",
        remedy="keep what listens direct (--direct {service}, or --direct {service}:VARIABLE for its own connection)",
        session=False,
        source="asyncpg, lib/pq, pgx, pgjdbc, ruby-pg, PDO, Postgrex, psycopg, pg-listen, Oban: each API reference",
    ),
    SessionFeature(
        name="session advisory locks",
        pattern=regex(r"\bpg_(try_)?advisory_lock(_shared)?\b|\bwith_advisory_lock\b"),
        words=("advisory_lock",),
        harm="such a lock stays on a connection that others get, and is released by nobody",
        remedy="take pg_advisory_xact_lock instead",
        source="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS",
    ),
    SessionFeature(
        name="SET for a session",
        pattern=regex(rf"{_SQL}SET\s+(SESSION\s+)?(search_path|role|statement_timeout|lock_timeout|app\.\w+)\b", re.I),
        words=("SET ", "set "),
        harm="the value stays for the next client of the connection",
        remedy="use SET LOCAL in a transaction or ALTER ROLE ... SET ...",
    ),
    SessionFeature(
        name="a schema for each tenant",
        pattern=regex(
            r"\bdjango_tenants\b|\btenant_schemas\b|\bApartment(::|\.configure|\.tenant_names)|\bPostgreSQLSchemaManager\b"
            r"|\bAbstract(DataSourceBased)?MultiTenantConnectionProvider"
        ),
        words=("tenant", "Tenant", "Apartment", "SchemaManager"),
        harm="the search path of one tenant stays for the next client of the connection",
        remedy="keep it direct (--direct {service})",
        source="django-tenants, django-tenant-schemas, ros-apartment, stancl/tenancy, Hibernate: the guide of each",
    ),
    SessionFeature(
        name="temporary tables",
        pattern=regex(r"\bCREATE\s+TEMP(ORARY)?\s+TABLE\b(?!.*\bON\s+COMMIT\s+DROP\b)", re.I),
        words=("TEMP", "temp"),
        harm="the table is gone in the next transaction, and in the way of others",
        remedy="use ON COMMIT DROP in a transaction",
    ),
    SessionFeature(
        name="SQL PREPARE",
        pattern=regex(rf"{_SQL}PREPARE\s+[\w${{}}]+\s*(\([^)]*\)\s*)?AS\b", re.I),
        words=("PREPARE", "prepare"),
        harm="the statement is on one server connection: unknown on others, and in the way of others",
        remedy="let the driver prepare over the protocol",
    ),
    SessionFeature(
        name="WITH HOLD cursors",
        pattern=regex(r"\bWITH\s+HOLD\b", re.I),
        words=("HOLD", "hold"),
        harm="the next fetch may reach another connection",
        remedy="fetch inside of the transaction",
    ),
)
NOT_APPLIED = regex(
    r"[?&;\s](?P<name>search[_ ]path|currentSchema|options|statement_timeout|lock_timeout"
    r"|idle_in_transaction_session_timeout|default_transaction_isolation)\s*=\s*(?P<value>[^&;\s]+)",
    re.I,
)
"""Startup parameters in a URL that the pooler accepts and does not apply (https://www.pgbouncer.org/config.html,
`ignore_startup_parameters`); `currentSchema` is pgjdbc's (https://jdbc.postgresql.org/documentation/use/),
`Search Path` Npgsql's (https://www.npgsql.org/doc/connection-string-parameters.html).
"""
OPTIONS = regex(r"(?:^|\s)(?:-c\s*|--)(?P<name>[a-z_][\w.-]*)\s*=\s*\S")
"""The same among the options of a server, as libpq's PGOPTIONS has them
(https://www.postgresql.org/docs/current/libpq-envars.html).
"""
SET_ONCE = regex(
    r"HIKARI_?(SCHEMA|CONNECTION_?INIT_?SQL)$|_JDBC_NEW_CONNECTION_SQL$"
    r"|^(PG|DB|DATABASE|POSTGRES(QL)?|TENANT)_?(DEFAULT_)?SEARCH_?PATH$",
    re.I,
)
"""Variables of which an app's own pool makes a SET for each new connection: HikariCP's `schema` and
`connectionInitSql` (https://github.com/brettwooldridge/HikariCP), Quarkus's `new-connection-sql`
(https://quarkus.io/guides/all-config), and those that say `search_path` in their name.
"""
STARTUP_VARIABLE = regex(r"_CURRENT_?SCHEMA$", re.I)
"""A variable that is a driver's startup parameter by its name: pgjdbc's `currentSchema` among the properties of a data
source (https://github.com/brettwooldridge/HikariCP, `dataSourceProperties`).
"""
