"""What a connection may request from Postgres when it starts, and a pooler does not keep for it. Pure."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

NOT_APPLIED = regex(
    r"[?&;\s](?P<name>search[_ ]path|currentSchema|options|statement_timeout|lock_timeout"
    r"|idle_in_transaction_session_timeout|default_transaction_isolation)\s*=\s*(?P<value>[^&;\s]+)",
    re.I,
)
"""Those in a URL that the pooler accepts and does not apply (https://www.pgbouncer.org/config.html,
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
