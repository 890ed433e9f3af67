"""What a connection may request from Postgres at startup and a pooler does not pass on. Pure."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

NOT_APPLIED = regex(
    r"[?&;\s](?P<name>search_path|currentSchema|options|statement_timeout|lock_timeout"
    r"|idle_in_transaction_session_timeout|default_transaction_isolation)\s*=\s*(?P<value>[^&;\s]+)",
    re.I,
)
"""Those in a URL that the pooler accepts and does not apply (https://www.pgbouncer.org/config.html,
`ignore_startup_parameters`); `currentSchema` is pgjdbc's (https://jdbc.postgresql.org/documentation/use/).
"""
