"""Keeps a migration from causing `cached plan must not change result type` in clients of a pooler.

Postgres reports it for a statement that was prepared before its table changed. PgBouncer keeps clients' statements on
server connections, which live for an hour, so the error persists: its documentation (`max_prepared_statements`) says
to RECONNECT after the change. That alone is not enough. A client between the change and RECONNECT gets the error;
and under load, RECONNECT hits connections that are just logging in, which PgBouncer takes for failed logins: it rejects
the clients that wait for one (`server login has been failing`).

So while a migration runs, each server connection is used for one transaction only (`server_lifetime` 0): a statement
that was prepared in the same transaction holds the lock of its table, and the pooler closes what is idle. RECONNECT
follows only if an older connection is still held afterward, by a long transaction or a session, and between two
logins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from devpool.docker.console import CONFIGURATION
from devpool.docker.container_values import Container
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.output import Output

# The time goes to `_AFTER`, in PgBouncer's format.
_BEFORE = """
date '+%F %T'
pooler-admin "SET server_lifetime = '0'" >&2
"""
# The real `server_lifetime` is in the file: a killed devpool may have left the 0. Columns are found by
# name and counted from the end, since the names of database and user come first and may contain a comma.
_AFTER = f"""
sum() {{  # sum 'SHOW ...' COLUMN...
    pooler-admin "$1" | awk -F, -v names="${{*#"$1"}}" '
        NR == 1 {{ for (i = 1; i <= NF; i++) if (index(names " ", " " $i " ")) from_end[NF - i] }}
        NR > 1 {{ for (n in from_end) total += $(NF - n) }}
        END {{ print total + 0 }}'
}}
old() {{ pooler-admin 'SHOW SERVERS' | awk -F, -v since="$1" '
    NR == 1 {{ for (i = 1; i <= NF; i++) if ($i == "connect_time") column = NF - i; next }}
    $(NF - column) < since {{ n++ }}
    END {{ print n + 0 }}'
}}
until_none() {{ looks=0; while [ "$("$@")" != 0 ] && [ $((looks += 1)) -lt 30 ]; do sleep 0.1; done; }}
until_none old "$1"
seconds=$(sed -n 's/^server_lifetime *= *//p' {CONFIGURATION} | tail -n 1)
pooler-admin "SET server_lifetime = '${{seconds:-3600}}'"
if [ "$(old "$1")" != 0 ]; then
    until_none sum 'SHOW POOLS' sv_login
    pooler-admin RECONNECT
fi
"""


@contextmanager
def fresh_connections(stack: Stack, names: Iterable[str], output: Output) -> Iterator[None]:
    """During the block, let no statement at these poolers outlive its transaction, and drop older ones.

    Args:
        stack: the project's containers.
        names: the services of the poolers; one that does not run is left alone, and is not started.
        output: what a pooler cannot do is a warning there.
    """
    wanted = list(names)
    running = stack.running() if wanted else {}
    poolers = [container for name in wanted for container in running.get(name, [])]
    begun: dict[str, str] = {}
    try:
        for pooler in poolers:
            begun[pooler.id] = _ask(stack, pooler, output, _BEFORE)
        yield
    finally:
        for pooler in poolers:
            if pooler.id in begun:
                _ask(stack, pooler, output, _AFTER, begun[pooler.id])


def _ask(stack: Stack, pooler: Container, output: Output, script: str, *arguments: str) -> str:
    """What a script in a pooler's container prints; "" and a warning where it fails."""
    try:
        return stack.execute(pooler, ["sh", "-c", script, "sh", *arguments]).strip()
    except DevpoolError as error:
        output.warning(error)
        return ""
