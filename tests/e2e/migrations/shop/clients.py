"""Clients that ask for whole rows by prepared statements until stdin ends; a line there is answered with a report."""

import json
import os
import sys
import threading
import time
from collections import Counter

import psycopg

done = threading.Event()
errors: Counter[str] = Counter()
queries: Counter[str] = Counter()
poolers: Counter[str] = Counter()


def ask(connected: threading.Barrier) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=0, autocommit=True) as connection:
        poolers[str(connection.info.parameter_status("pgbouncer.version") is not None)] += 1
        connected.wait()
        while not done.is_set():
            try:
                connection.execute("SELECT * FROM item").fetchall()
                queries["all"] += 1
            except psycopg.Error as error:
                errors[str(error).splitlines()[0]] += 1
            time.sleep(0.04)


clients = int(sys.argv[1])
barrier = threading.Barrier(clients + 1)
threads = [threading.Thread(target=ask, args=(barrier,)) for _ in range(clients)]
for thread in threads:
    thread.start()
barrier.wait()
print("working", flush=True)
for _ in sys.stdin:
    print(json.dumps({"queries": queries["all"], "errors": errors, "pooled": poolers["True"]}), flush=True)
done.set()
for thread in threads:
    thread.join()
