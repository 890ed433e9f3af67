"""Each app: whether its connections arrive where its route points, and what its session loses at the pooler."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.facts import Facts
from devpool.checks.result import Result, critical, idle, ok, skipped, warning
from devpool.measurements.routes import Connections, proof
from devpool.undo.state import AppRoute


def check_routes(facts: Facts) -> Iterator[Result]:
    """The route of every app, container by container."""
    by_pair = {(c.service, c.database): c for c in facts.connections or ()}
    for route in facts.routes:
        now = by_pair.get((route.service, route.database))
        if asleep := facts.asleep():
            yield skipped("route", route.service, asleep)
        elif route.service not in facts.running:
            yield _resting(facts, route)
        elif now is None:
            yield skipped("route", route.service, "its connections cannot be counted")
        else:
            yield _route(route, now)


def _resting(facts: Facts, route: AppRoute) -> Result:
    """A job that has ended, or a service that nobody has started, is no trouble; one that failed may be."""
    if route.service in facts.failed:
        logs = f"docker compose logs {route.service}"
        return skipped("route", route.service, "it is not running: its program ended with an error", logs)
    return idle("route", route.service, "it is not running")


def _route(route: AppRoute, now: Connections) -> Result:
    proofs = {r.container: proof(r, pooled=route.pooled) for r in now.containers}
    wrong = [name for name, word in proofs.items() if word == "not proved"]
    at_database = "an unknown number" if now.at_database is None else str(now.at_database or "none")
    counts = f"{now.at_pooler or 'none'} at the pooler, {at_database} at {route.database}"
    if wrong:
        way = "pooled" if route.pooled else "direct"
        return critical(
            "route",
            route.service,
            f"it is {way}, but {', '.join(wrong)} is not: {counts}",
            f"docker compose up -d --force-recreate {route.service}; devpool cannot change its image or source",
        )
    if not route.pooled:
        return ok("route", route.service, f"direct ({route.reason}): {counts}")
    if "unseen" in proofs.values():
        return skipped("route", route.service, "it uses the host's network, so its address proves nothing")
    resting = sum(word == "idle" for word in proofs.values())
    if resting == len(proofs):
        return idle("route", route.service, "it has no connection now; it connects when it has work")
    rest = f" ({resting} of {len(proofs)} containers have none now)" if resting else ""
    return ok("route", route.service, f"pooled: {counts}{rest}")


def check_sessions(facts: Facts) -> Iterator[Result]:
    """Each pooled app, by what its files say."""
    if facts.unkept is None:
        yield skipped("session", "", "the project's files cannot be read without devpool's edits")
        return
    for app, item in facts.unkept.items():
        for sentence in item:
            what, _, remedy = sentence.partition(": ")
            yield warning("session", app, what, remedy)
        if not item:
            yield ok("session", app, "no variable sets anything that a transaction pool does not keep")
