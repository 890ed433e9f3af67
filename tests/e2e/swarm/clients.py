"""Clients that run in a task of the stack: they cancel queries through each replica, or keep on working and count.

    python3 clients.py cancel REPLICA...      how many of 20 queries end that are canceled through another replica
    python3 clients.py hold REPLICA...        nothing: it keeps a transaction open at each replica
    python3 clients.py work CLIENTS SECONDS   transactions, errors inside of them and between them, and how long it took
                                              each client to go on

Standard input that ends ends `work`, too. The answer is one JSON object.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

URL = os.environ["DATABASE_URL"]
PORT = 6432
CANCELS = 20


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# --- canceling ---


@contextmanager
def redirected(replicas: tuple[str, str]) -> Iterator[int]:
    """A port of this container: its first connection leads to one replica, the second to another."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, replicas), daemon=True).start()
        yield server.getsockname()[1]


def _accept(server: socket.socket, replicas: tuple[str, str]) -> None:
    for replica in replicas:
        try:
            client, _ = server.accept()
        except OSError:
            return
        upstream = socket.create_connection((replica, PORT), timeout=5)
        upstream.settimeout(None)
        for pair in ((client, upstream), (upstream, client)):
            threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def canceled(replicas: tuple[str, str]) -> bool:
    """Whether a query at the first replica ends when its cancellation arrives at the second."""
    with (
        redirected(replicas) as port,
        psycopg.connect(URL, hostaddr="127.0.0.1", port=port, autocommit=True) as connection,
    ):
        timer = threading.Timer(0.3, connection.cancel)
        timer.start()
        try:
            connection.execute("SELECT pg_sleep(5)")
        except psycopg.errors.QueryCanceled:
            return True
        finally:
            timer.join()
        return False


def cancel(replicas: list[str]) -> dict[str, int]:
    pairs = itertools.islice(itertools.cycle(itertools.product(replicas, replicas)), CANCELS)
    found = [canceled(pair) for pair in pairs]
    return {"canceled": sum(found), "of": len(found)}


def hold(replicas: list[str]) -> None:
    connections = [psycopg.connect(URL, hostaddr=replica) for replica in replicas]
    for connection in connections:
        connection.execute("SELECT 1")
    say("holding")
    time.sleep(300)


# --- working ---


class Client(threading.Thread):
    """One that opens a connection, keeps it, and works in transactions; after an error it connects again."""

    def __init__(self, until: float) -> None:
        super().__init__(daemon=True)
        self.until = until
        self.done = self.inside = self.between = 0
        self.longest = 0.0
        self.said: set[str] = set()
        self.failed_at: float | None = None

    def run(self) -> None:
        while time.monotonic() < self.until:
            began = False
            try:
                with psycopg.connect(URL, connect_timeout=2, autocommit=True) as connection:
                    while time.monotonic() < self.until:
                        began = False
                        connection.execute("BEGIN")
                        began = True
                        connection.execute("SELECT pg_sleep(0.02)")
                        connection.execute("SELECT count(*) FROM pg_class")
                        connection.execute("COMMIT")
                        self.succeeded()
            except psycopg.Error as error:
                self.failed(str(error).strip().splitlines()[0] if str(error).strip() else "?", began)

    def succeeded(self) -> None:
        self.done += 1
        if self.failed_at is not None:
            self.longest = max(self.longest, time.monotonic() - self.failed_at)
            self.failed_at = None

    def failed(self, said: str, began: bool) -> None:
        self.said.add(said)
        self.inside, self.between = self.inside + began, self.between + (not began)
        self.failed_at = self.failed_at or time.monotonic()
        time.sleep(0.05)


def work(clients: int, seconds: float) -> dict[str, object]:
    workers = [Client(time.monotonic() + seconds) for _ in range(clients)]
    for worker in workers:
        worker.start()
    say("working")
    select.select([sys.stdin], [], [], seconds)
    for worker in workers:
        worker.until = 0
    for worker in workers:
        worker.join(15)
    return {
        "transactions": sum(w.done for w in workers),
        "inside": sum(w.inside for w in workers),
        "between": sum(w.between for w in workers),
        "noticed": sum(bool(w.inside or w.between) for w in workers),
        "stuck": sum(w.is_alive() or w.failed_at is not None for w in workers),
        "longest": round(max(w.longest for w in workers), 2),
        "said": sorted(set().union(*(w.said for w in workers))),
    }


if __name__ == "__main__":
    verb, *given = sys.argv[1:]
    if verb == "hold":
        hold(given)
    say(json.dumps(cancel(given) if verb == "cancel" else work(int(given[0]), float(given[1]))))
