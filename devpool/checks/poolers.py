"""devpool's poolers: whether they answer, how full their pools are, and which clients wait."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.catalog.log_messages import translate
from devpool.checks.facts import Facts, version
from devpool.checks.result import Level, Result, critical, ok, skipped, warning
from devpool.decide.tuning import POOL_SIZE, POOL_SIZE_USUAL, SCRAM_USUAL
from devpool.measurements.show_tables import Pool, PoolerStatus
from devpool.measurements.tasks import Task, problems, tasks_in_words

# Before 1.26.1, a SCRAM user can log in as any other (CVE-2026-107350), and one packet stops it (CVE-2026-107349).
FLOOR = (1, 26, 1)
_NO_ANSWER = "no answer within"  # docker/pgbouncer/healthcheck.sh
_OPEN = ("any", "trust")
_WEAK = ("plain", "md5")


def check_poolers(facts: Facts) -> Iterator[Result]:
    """Each pooler: reachable, a query through it, its version, authentication and published ports."""
    for pooler in facts.poolers:
        if facts.tasks is not None:
            yield _tasks(pooler.name, [task for task in facts.tasks if task.service == pooler.name])
        elif asleep := facts.asleep():
            yield skipped("pooler", pooler.name, asleep)
        elif not pooler.running or pooler.problem:
            yield _away(pooler)
        else:
            yield ok("pooler", pooler.name, f"answers: PgBouncer {pooler.version}, {pooler.mode} mode")
            yield _query(facts, pooler)
            yield _version(pooler)
            yield _authentication(pooler)
    yield from _ports(facts)


def _tasks(name: str, tasks: list[Task]) -> Result:
    """A pooler in a stack: Swarm calls a task running once its health check passes."""
    said, wrong = tasks_in_words(tasks), "; ".join(problems(tasks))
    words = f"{said}; {wrong}" if wrong else said
    hint = "docker service ps --no-trunc STACK_" + name
    if not any(task.runs for task in tasks):
        return critical("pooler", name, words, hint)
    return warning("pooler", name, words, hint) if wrong else ok("pooler", name, words)


def _away(pooler: PoolerStatus) -> Result:
    problem = pooler.problem or "it is not running"
    return critical(
        "pooler", pooler.name, f"does not answer: {problem}", f"docker compose up -d {pooler.name}; devpool status"
    )


def _query(facts: Facts, pooler: PoolerStatus) -> Result:
    problem = facts.queries.get(pooler.name)
    if problem is None:
        return skipped("query", pooler.name, "no query was sent")
    if problem and facts.patience > 1 and problem.startswith(_NO_ANSWER):
        return skipped("query", pooler.name, f"{problem}, on a machine that is busy", "run `devpool check` again")
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
            f"rebuild it from a base that has 1.26.1: docker compose build --no-cache {pooler.name}; a ready image: "
            "devpool image build",
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
        ports = [p.published for p in facts.ports.get(pooler.name, ()) if p.is_open]
        if ports:
            yield warning(
                "ports",
                pooler.name,
                f"port {', '.join(ports)} is published on every address of this machine",
                "bind it to the loopback: devpool enable --publish PORT",
            )
        else:
            yield ok("ports", pooler.name, "none of its ports is open to other machines")
    for database in {p.database for p in facts.poolers}:
        ports = [p.published for p in facts.ports.get(database, ()) if p.is_open]
        if ports:
            yield ok(
                "ports",
                database,
                f"the database itself is published on every address (port {', '.join(ports)}), bypassing the pooler",
                f'put 127.0.0.1 in front of it: "127.0.0.1:{ports[0]}:5432"',
            )


def check_load(facts: Facts) -> Iterator[Result]:
    """Each pool's server connections, each pooler's clients, and waiting clients, against the thresholds."""
    for pooler in facts.answering():
        yield _clients(facts, pooler)
        size = {limit.database: limit.pool_size for limit in pooler.limits}
        for pool in pooler.pools:
            yield _servers(facts, pooler, pool, size.get(pool.database) or pooler.setting(POOL_SIZE, POOL_SIZE_USUAL))
        yield from _waiting(facts, pooler)


def _judged(facts: Facts, check: str, pooler: PoolerStatus, now: int, most: int, said: str, hint: str) -> Result:
    """`now` of `most`, against the thresholds; `said` is the sentence without its share."""
    share = 100 * now // max(most, 1)
    level: Level = "critical" if share >= facts.crit else "warning" if share >= facts.warn else "ok"
    message = f"{said} ({share} %)"
    return Result(check=check, subject=pooler.name, level=level, message=message, hint="" if level == "ok" else hint)


def _clients(facts: Facts, pooler: PoolerStatus) -> Result:
    now, most = len(pooler.clients), pooler.setting("max_client_conn", 100)
    said = f"{now} of {most} clients that max_client_conn allows"
    return _judged(facts, "clients", pooler, now, most, said, f"devpool set max_client_conn={2 * most}")


def _servers(facts: Facts, pooler: PoolerStatus, pool: Pool, size: int) -> Result:
    """Idle connections do not count: a pool whose connections are all open has room as long as they are idle."""
    now = pool.servers_active
    said = f"{pool.user}@{pool.database}: {now} of {size} server connections busy"
    hint = f"shorter transactions, or devpool set default_pool_size={2 * size}"
    return _judged(facts, "pool", pooler, now, size, said, hint)


def _waiting(facts: Facts, pooler: PoolerStatus) -> Iterator[Result]:
    limit = pooler.setting("query_wait_timeout", 120)
    waiting = [p for p in pooler.pools if p.clients_waiting]
    for pool in waiting:
        late = bool(limit) and 100 * pool.longest_wait >= facts.crit * limit
        yield Result(
            check="waiting",
            subject=pooler.name,
            level="critical" if late else "warning",
            message=f"{pool.user}@{pool.database}: waiting clients: {pool.clients_waiting}, the longest for "
            f"{pool.longest_wait:.1f} s" + (f" of {limit}, after which they are disconnected" if limit else ""),
            hint="look for long transactions, or raise default_pool_size",
        )
    if not waiting:
        yield ok("waiting", pooler.name, "no client is waiting")
