"""The poolers themselves: whether they answer, pass a query through, and are safe."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.catalog.log_messages import translate
from devpool.checks.facts import Facts, version
from devpool.checks.result import Result, critical, ok, skipped, warning
from devpool.decide.tuning import SCRAM_USUAL
from devpool.measurements.show_tables import PoolerStatus

# Before 1.26.1, a SCRAM user can log in as any other (CVE-2026-107350), and one packet stops it (CVE-2026-107349).
FLOOR = (1, 26, 1)
_OPEN = ("any", "trust")
_WEAK = ("plain", "md5")


def check_poolers(facts: Facts) -> Iterator[Result]:
    """Each pooler: reachable, a query through it, its version, authentication and published ports."""
    for pooler in facts.poolers:
        if asleep := facts.asleep():
            yield skipped("pooler", pooler.name, asleep)
        elif not pooler.running or pooler.problem:
            yield _away(pooler)
        else:
            yield ok("pooler", pooler.name, f"answers: PgBouncer {pooler.version}, {pooler.mode} mode")
            yield _query(facts, pooler)
            yield _version(pooler)
            yield _authentication(pooler)
    yield from _ports(facts)


def _away(pooler: PoolerStatus) -> Result:
    problem = pooler.problem or "it is not running"
    return critical(
        "pooler", pooler.name, f"does not answer: {problem}", f"docker compose up -d {pooler.name}; devpool status"
    )


def _query(facts: Facts, pooler: PoolerStatus) -> Result:
    problem = facts.queries.get(pooler.name)
    if problem is None:
        return skipped("query", pooler.name, "no query was sent")
    if problem:
        known = translate(problem)
        hint = known.fix if known else f"docker compose logs {pooler.name} {pooler.database}"
        return critical("query", pooler.name, problem, hint)
    return ok("query", pooler.name, f"a query went through the pool to {pooler.database}")


def _version(pooler: PoolerStatus) -> Result:
    if not (found := version(pooler.version)):
        return skipped("version", pooler.name, "it did not report its version")
    if found < FLOOR:
        return critical(
            "version",
            pooler.name,
            f"PgBouncer {pooler.version} lets one SCRAM user log in as another (CVE-2026-107350)",
            f"rebuild it from a base that has 1.26.1: docker compose build --no-cache {pooler.name}",
        )
    return ok("version", pooler.name, f"{pooler.version} is at least 1.26.1, the oldest safe version")


def _authentication(pooler: PoolerStatus) -> Result:
    kind = pooler.config.get("auth_type", "")
    iterations = pooler.setting("scram_iterations", SCRAM_USUAL)
    if kind in _OPEN:
        # The image uses trust only if the database does, never due to a setting (docker/pgbouncer/authentication.sh).
        trusts = f"remove POSTGRES_HOST_AUTH_METHOD: trust from {pooler.database}, give it a password, devpool enable"
        fix = trusts if kind == "trust" else "devpool enable --set auth_type="
        return critical("auth", pooler.name, f"auth_type {kind} lets in anyone who can reach it", fix)
    if kind in _WEAK:
        return warning("auth", pooler.name, f"auth_type {kind} is weaker than SCRAM", "devpool enable --set auth_type=")
    if iterations < SCRAM_USUAL:
        return ok("auth", pooler.name, f"{kind} with {iterations} iterations, fewer than the usual {SCRAM_USUAL}")
    return ok("auth", pooler.name, kind)


def _ports(facts: Facts) -> Iterator[Result]:
    if facts.ports is None:
        yield from (skipped("ports", p.name, "Compose does not report its ports") for p in facts.poolers)
        return
    for pooler in facts.poolers:
        found = [p.published for p in facts.ports.get(pooler.name, ()) if p.is_open]
        if found:
            yield warning(
                "ports",
                pooler.name,
                f"port {', '.join(found)} is published on every address of this machine",
                "bind it to the loopback: devpool enable --publish PORT",
            )
        else:
            yield ok("ports", pooler.name, "none of its ports is open to other machines")
    for database in {p.database for p in facts.poolers}:
        found = [p.published for p in facts.ports.get(database, ()) if p.is_open]
        if found:
            yield ok(
                "ports",
                database,
                f"the database itself is published on every address (port {', '.join(found)}), bypassing the pooler",
                f'put 127.0.0.1 in front of it: "127.0.0.1:{found[0]}:5432"',
            )
