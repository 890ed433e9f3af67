"""No client of a pooler meets `cached plan must not change result type` because of a migration.

Postgres says so of a statement that was prepared before its table changed. PgBouncer keeps its clients' statements on
server connections, which live for an hour, so the error would stay: its documentation (`max_prepared_statements`) has
RECONNECT after the change. That leaves whoever comes between the change and RECONNECT. Therefore the connections from
before are marked by a RECONNECT of its own, and each new one is used for one transaction only (`server_lifetime` 0)
until the migration has ended: a statement that was prepared in the same transaction holds the lock of its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from devpool.console import CONFIGURATION
from devpool.containers import Running, Stack
from devpool.errors import DevpoolError
from devpool.output import Output

# A connection that RECONNECT meets while it logs in counts as a failed login, for which PgBouncer sends waiting clients
# away. So it has to be calm for a moment; where that does not come, no client is risked. Columns are found by name, and
# counted from the end, since a name before them may have a comma in it.
_RECONNECT = """
logins() {
    pooler-admin 'SHOW POOLS' | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == "sv_login") column = NF - i; next }
        { n += $(NF - column) }
        END { print n + 0 }'
}
looks=0 calm=0
while [ $((looks += 1)) -le 40 ] && [ "$calm" -lt 3 ]; do
    if [ "$(logins)" = 0 ]; then calm=$((calm + 1)); else calm=0; fi
    sleep 0.05
done
[ "$calm" -lt 3 ] || pooler-admin RECONNECT
"""
_BEFORE = f"{_RECONNECT}\npooler-admin \"SET server_lifetime = '0'\""
# What counts is in the file: a devpool that was killed may have left the 0.
_AFTER = f"""
seconds=$(sed -n 's/^server_lifetime *= *//p' {CONFIGURATION} | tail -n 1)
pooler-admin "SET server_lifetime = '${{seconds:-3600}}'"
{_RECONNECT}
"""


@contextmanager
def fresh_connections(stack: Stack, names: Iterable[str], output: Output, *, changes: bool) -> Iterator[None]:
    """Replace the server connections of poolers after the block, however it ends.

    Args:
        stack: the project's containers.
        names: the services of the poolers; one that does not run is left alone, and is not started.
        output: what a pooler cannot do is a warning there.
        changes: whether the block will change a schema, so that no statement may outlive its transaction meanwhile.
    """
    wanted = list(names)
    running = stack.running() if wanted else {}
    poolers = [container for name in wanted for container in running.get(name, [])]
    try:
        _each(stack, poolers if changes else [], _BEFORE, output)
        yield
    finally:
        _each(stack, poolers, _AFTER if changes else _RECONNECT, output)


def _each(stack: Stack, poolers: list[Running], script: str, output: Output) -> None:
    for pooler in poolers:
        try:
            stack.execute(pooler, ["sh", "-c", script])
        except DevpoolError as error:
            output.warning(error)
