"""What an app depends on: its PgBouncer, its Postgres, and the drivers installed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from devpool.catalog.direct_programs import LISTEN
from devpool.checks.facts import Facts, Version, version
from devpool.checks.installed import Installed
from devpool.checks.result import Result, ok, warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One app behind one pooler.

    Attributes:
        app: what it has installed.
        pgbouncer: the version of its pooler.
        prepared: `max_prepared_statements` there.
        ignored: the startup parameters that the pooler accepts and does not apply.
        postgres: the version behind it.
        by_name: whether the app is pooled by name, and so has no variable that could name a session pool.
        listener: an app that stays direct at the same database because it listens; "" where there is none.
    """

    app: Installed
    pgbouncer: Version
    prepared: int
    ignored: frozenset[str]
    postgres: Version
    by_name: bool = False
    listener: str = ""

    def has(self, *names: str) -> str:
        """The first of these packages that is installed; "" if none is."""
        return next((n for n in names if n in self.app.packages), "")

    def where(self, *names: str) -> str:
        """` (requirements.txt:3)`, where a file names one of these packages; "" where that is installed."""
        place = next((self.app.places[n] for n in names if n in self.app.places), "")
        return f" ({place})" if place else ""

    def version(self, name: str) -> Version:
        """The version of a package; empty if it is not installed or not known."""
        return version(self.app.packages.get(name, ""))

    def said(self, *words: str) -> str:
        """Where the source or an address contains one of these words: `settings.py:12`; "" if nowhere."""
        mentions = (*self.app.mentions, *self.app.flags)
        return next((m.place for m in mentions if any(w in m.text for w in words)), "")

    @property
    def keeps_prepared(self) -> bool:
        """Whether statements prepared by protocol work in transaction mode
        (PgBouncer 1.21, https://www.pgbouncer.org/config.html#max_prepared_statements).
        """
        return self.pgbouncer >= (1, 21) and self.prepared > 0

    @property
    def apart(self) -> str:
        """How the app gets sessions of its own."""
        return f"devpool enable {'--direct' if self.by_name else '--session'} {self.app.app}"

    @property
    def behind(self) -> str:
        """This very pooler, in words."""
        return f"PgBouncer {'.'.join(map(str, self.pgbouncer))} with max_prepared_statements={self.prepared}"


def grounds(facts: Facts) -> list[Ground]:
    """The context of each pooled app, for each pooler that it uses and that answers.

    In session mode a session lasts as it does without a pooler: there is nothing to judge.
    """
    poolers = {p.database: p for p in facts.answering()}
    installed = {i.app: i for i in facts.installed}
    apps = []
    for route in facts.routes:
        pooler, app = poolers.get(route.database), installed.get(route.service)
        if not route.pooled or pooler is None or app is None or app.problem:
            continue
        named = {route.service, f"{route.service}:{route.database}"}
        if pooler.mode == "session" or named & facts.sessions:
            continue
        server = facts.servers.get(route.database)
        told = version(pooler.reported.get("server_version", ""))
        apps.append(
            Ground(
                app=app,
                pgbouncer=version(pooler.version),
                prepared=pooler.setting("max_prepared_statements"),
                ignored=frozenset(n.strip() for n in pooler.config.get("ignore_startup_parameters", "").split(",")),
                postgres=told or (server.version if server else ()),
                by_name=route.by_name,
                listener=_listener(facts, route.database),
            )
        )
    return apps


def _listener(facts: Facts, database: str) -> str:
    direct = (r for r in facts.routes if r.database == database and not r.pooled)
    return next((r.service for r in direct if r.reason == LISTEN.sentence), "")


Rule = Callable[[Ground], Iterator[Result]]


def note(ground: Ground, message: str, hint: str = "") -> Result:
    """A note about something that is not a problem."""
    return ok("framework", ground.app.app, message, hint)


def prepared(ground: Ground, package: str, name: str, setting: str, words: tuple[str, ...]) -> Iterator[Result]:
    """A driver whose named statements PgBouncer supports if `max_prepared_statements` is above 0."""
    place = ground.said(*words)
    where = ground.where(package)
    if ground.keeps_prepared:
        hint = f"remove it at {place}" if place else ""
        yield note(ground, f"obsolete: {name}'s {setting}{where} ({ground.behind} supports prepared statements)", hint)
    elif place:
        yield note(ground, f"{name}{where}: {setting} at {place}, still needed")
    else:
        yield warning(
            "framework",
            ground.app.app,
            f"{name}{where} uses named prepared statements, which {ground.behind} does not support",
            f"devpool set max_prepared_statements=200, or {setting}",
        )


def listens(ground: Ground, *names: str) -> Iterator[Result]:
    """A job queue whose workers wait with LISTEN, which transaction pooling does not support
    (https://www.pgbouncer.org/features.html). What has it beside a worker that stays direct is taken to enqueue.
    """
    found = ground.has(*names)
    if found and ground.listener:
        yield note(ground, f"{found}: its workers use LISTEN and session locks, and {ground.listener} stays direct")
    elif found:
        yield warning(
            "framework",
            ground.app.app,
            f"{found}{ground.where(found)} uses LISTEN and session locks, which transaction pooling does not support",
            f"devpool enable --direct {ground.app.app}"
            + ("" if ground.by_name else f", or --session {ground.app.app}"),
        )
