#!/usr/bin/env python3
"""Sends requests from many clients at once for some seconds, and prints what came of it as one line of JSON.

docker compose exec web python3 burst.py --clients 60 --seconds 5
"""

import argparse
import json
import threading
import time
from http.client import HTTPException
from urllib.request import urlopen


class Client(threading.Thread):
    """Asks again as soon as it has its answer."""

    def __init__(self, url: str, start: threading.Event, seconds: float) -> None:
        super().__init__(daemon=True)
        self.url, self.start_signal, self.seconds = url, start, seconds
        self.times: list[float] = []
        self.errors: list[str] = []

    def run(self) -> None:
        self.start_signal.wait()
        end = time.monotonic() + self.seconds
        while (began := time.monotonic()) < end:
            try:
                with urlopen(self.url, timeout=30) as answer:
                    answer.read()
            except (OSError, HTTPException) as error:
                self.errors.append(str(error))
            else:
                self.times.append(time.monotonic() - began)


def run(url: str, clients: int, seconds: float) -> dict[str, object]:
    start = threading.Event()
    threads = [Client(url, start, seconds) for _ in range(clients)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    start.set()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    times = sorted(time for thread in threads for time in thread.times)
    errors = [error for thread in threads for error in thread.errors]
    return {
        "requests": len(times) + len(errors),
        "ok": len(times),
        "errors": len(errors),
        "seconds": round(took, 2),
        "per_second": round(len(times) / took, 1),
        "p50_ms": round(1000 * times[len(times) // 2], 1) if times else None,
        "p95_ms": round(1000 * times[len(times) * 95 // 100], 1) if times else None,
        "first_error": errors[0] if errors else None,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000/burst/")
    parser.add_argument("--clients", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    report = run(options.url, options.clients, options.seconds)
    print(json.dumps(report))
    return 1 if report["errors"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
