"""A node of a Swarm that is cut off: its tasks are replaced, and what they had open at Postgres ends in a minute."""

from __future__ import annotations

import subprocess
import time

import pytest
from pooler_rig import eventually, tell
from test_swarm import REPLICAS, Stack, began, program, stack

__all__ = ["began", "stack"]  # fixtures
pytestmark = pytest.mark.slow
_OPEN = "SELECT count(*) FROM pg_stat_activity WHERE host(client_addr) IN ({}) AND state = 'idle in transaction'"


def test_what_a_lost_node_leaves_at_postgres_ends_within_a_minute(stack: Stack) -> None:
    lost = stack.swarm.nodes[-1]
    addresses = stack.swarm.addresses("shop_pgbouncer", "shop_default", lost)
    assert addresses, "four tasks are on all three nodes"
    node, container = next(pair for pair in stack.running("load").values() if pair[0].name == "n2")
    node.docker("exec", "--interactive", container, "sh", "-c", "cat >/tmp/clients.py", given=program())
    words = [node.client, "--host", node.host, "exec", container, "python3", "/tmp/clients.py", "hold"]
    listed = ", ".join(f"'{address}'" for address in addresses)
    with subprocess.Popen([*words, *addresses], stdout=subprocess.PIPE, text=True) as holding:
        assert holding.stdout
        assert holding.stdout.readline() == "holding\n"
        assert stack.sql(_OPEN.format(listed)) == str(len(addresses))
        stack.swarm.cut_off(lost)
        cut = time.monotonic()
        eventually(lambda: stack.sql(_OPEN.format(listed)) == "0", "nothing of it is left at Postgres", seconds=90)
        took = time.monotonic() - cut
        holding.kill()
    there = [task for task in stack.swarm.nodes if task is not lost]
    eventually(
        lambda: sum(len(each.containers("shop_pgbouncer")) for each in there) == REPLICAS, "all tasks", seconds=60
    )
    tell(f"a node cut off: its transactions at Postgres end after {took:.0f} s")
    assert took < 60
