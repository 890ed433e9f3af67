"""Several poolers under one name: a request to cancel a query reaches it by whichever of them it arrives at."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest
from pooler_rig import Pooler, Postgres, Rig, eventually, new_rig

TRUST = {"POSTGRES_HOST": "trusting", "POSTGRES_PASSWORD": "", "POSTGRES_HOST_AUTH_METHOD": "trust"}
CANCEL = 80877102  # PostgreSQL documentation, "Message Formats", CancelRequest
PROTOCOL = 196608
CANCELED = b"57014"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig() as rig:
        yield rig


@pytest.fixture(scope="module")
def server(rig: Rig) -> Postgres:
    """A Postgres that asks for no password, so that the clients here need none."""
    server = rig.postgres("trusting", POSTGRES_PASSWORD="", POSTGRES_HOST_AUTH_METHOD="trust")
    eventually(server.answers, "the trusting Postgres answers")
    return server


class Client:
    """A client that knows the key by which its query can be canceled."""

    def __init__(self, pooler: Pooler) -> None:
        self.socket = socket.create_connection((pooler.address(), 6432), timeout=5)
        words = b"user\0postgres\0database\0app\0\0"
        self.socket.sendall(struct.pack("!ii", len(words) + 8, PROTOCOL) + words)
        self.key = b""
        while (message := self.message())[0] != b"Z":
            if message[0] == b"K":
                self.key = message[1]

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def message(self) -> tuple[bytes, bytes]:
        head = self.read(5)
        return head[:1], self.read(struct.unpack("!i", head[1:])[0] - 4)

    def read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            if not (more := self.socket.recv(size - len(found))):
                pytest.fail(f"the pooler closed the connection after {found!r}")
            found += more
        return found

    def send(self, sql: str) -> None:
        body = sql.encode() + b"\0"
        self.socket.sendall(b"Q" + struct.pack("!i", len(body) + 4) + body)

    def cancel_by(self, pooler: Pooler) -> None:
        with socket.create_connection((pooler.address(), 6432), timeout=5) as other:
            other.sendall(struct.pack("!ii", 8 + len(self.key), CANCEL) + self.key)
            other.recv(1)  # closed when it has been passed on


def is_canceled(server: Postgres, at: Pooler, by: Pooler) -> bool:
    """Whether a query at one pooler ends when its cancellation arrives at another."""
    with Client(at) as client:
        client.send("SELECT pg_sleep(3)")
        running = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        eventually(lambda: server.sql(running), "the query runs")
        client.cancel_by(by)
        kinds = []
        while (message := client.message())[0] != b"Z":
            kinds.append(message)
        return any(kind == b"E" and CANCELED in body for kind, body in kinds)


def test_without_peers_a_request_that_arrives_elsewhere_is_lost(rig: Rig, server: Postgres) -> None:
    first, second = (rig.ready_pooler(**TRUST) for _ in range(2))
    assert not is_canceled(server, first, second)
    assert is_canceled(server, first, first)


def test_listed_peers_pass_it_on(rig: Rig, server: Postgres) -> None:
    peers = {"PGBOUNCER_PEERS": f"1={rig.id}-a, 2={rig.id}-b:6432"}
    first, second = (
        rig.ready_pooler(f"--network-alias={rig.id}-{name}", **TRUST, **peers, PGBOUNCER_PEER_ID=number)
        for name, number in (("a", "1"), ("b", "2"))
    )
    assert is_canceled(server, first, second)
    assert is_canceled(server, second, first)


def test_poolers_that_are_scaled_know_each_other_by_their_addresses(rig: Rig, server: Postgres) -> None:
    first, second = (rig.ready_pooler(**TRUST, PGBOUNCER_PEER_ID="address") for _ in range(2))
    assert first.setting("peer_id") == first.address().rpartition(".")[2]
    assert is_canceled(server, first, second)


def test_tasks_know_each_other_by_the_number_at_the_end_of_their_names(rig: Rig, server: Postgres) -> None:
    first, second = (
        rig.ready_pooler(
            f"--hostname={rig.id}-s{slot}",
            f"--network-alias={rig.id}-s{slot}",
            **TRUST,
            PGBOUNCER_PEER_ID="slot",
            PGBOUNCER_PEERS="9",
        )
        for slot in (1, 2)
    )
    assert (first.setting("peer_id"), second.setting("peer_id")) == ("1", "2")
    assert is_canceled(server, first, second)


REFUSED = [
    ("PGBOUNCER_PEER_ID", {"PGBOUNCER_PEERS": "1=a"}),
    ("PGBOUNCER_PEER_ID", {"PGBOUNCER_PEER_ID": "0", "PGBOUNCER_PEERS": "1=a"}),
    ("PGBOUNCER_PEER_ID", {"PGBOUNCER_PEER_ID": "mine"}),
    ("PGBOUNCER_PEER_ID", {"PGBOUNCER_PEER_ID": "16384"}),
    ("PGBOUNCER_PEERS", {"PGBOUNCER_PEER_ID": "1", "PGBOUNCER_PEERS": "3"}),
    ("PGBOUNCER_PEERS", {"PGBOUNCER_PEER_ID": "1", "PGBOUNCER_PEERS": "a,b"}),
    ("PGBOUNCER_PEERS", {"PGBOUNCER_PEER_ID": "1", "PGBOUNCER_PEERS": "1=a:70000"}),
    ("PGBOUNCER_PEERS", {"PGBOUNCER_PEER_ID": "1", "PGBOUNCER_PEERS": "16384=a"}),
    ("PGBOUNCER_PEERS", {"PGBOUNCER_PEER_ID": "1", "PGBOUNCER_PEERS": "1=a pool_size=9"}),
]


@pytest.mark.parametrize(("named", "variables"), REFUSED)
def test_peers_that_cannot_work_are_refused_by_name(rig: Rig, named: str, variables: dict[str, str]) -> None:
    assert rig.refusal("--hostname=pooler", POSTGRES_HOST="db", POSTGRES_PASSWORD="x", **variables).startswith(
        f"{named}: "
    )


def test_a_host_without_a_number_has_no_slot(rig: Rig) -> None:
    given = {"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": "x", "PGBOUNCER_PEER_ID": "slot"}
    assert "does not end in a number" in rig.refusal("--hostname=pooler", **given)
