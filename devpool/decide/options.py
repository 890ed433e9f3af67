"""The options that the user chose for enable, and how the record stores them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

REPLICAS = 2
"""The usual number of a pooler's tasks in a stack: one may end, and the other goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user chose for enable.

    Attributes:
        name: the pooler's service; with several databases the beginning of each pooler's name.
        port: where the poolers listen; None to decide by the apps.
        direct, pool: services, or `SERVICE:DATABASE`, that the user routes explicitly.
        session: the same for those that go to the pooler's session alias.
        by_name: the same for those that are pooled by name, whatever their files say.
        evidence: what told at the last enable that an app is pooled by name, by `SERVICE:DATABASE`.
        allow_shared: whether text that other compose files read may change.
        override: whether an override file is written, and no other file is edited.
        publish: the port of the host for the first pooler; None to publish none.
        metrics: whether an exporter of metrics stands beside each pooler.
        image: the ready image of the poolers; "" to build one.
        swarm: whether the files are those of a stack, which `docker stack deploy` reads.
        replicas: how many tasks each pooler has in a stack.
        settings: PgBouncer's settings by key, for all poolers; `preset` is one of them.
        settings_of: settings of one pooler alone, by its database; they win.
    """

    name: str = "pgbouncer"
    port: str | None = None
    direct: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    allow_shared: bool = False
    override: bool = False
    publish: int | None = None
    metrics: bool = False
    image: str = ""
    swarm: bool = False
    replicas: int = REPLICAS
    settings: Mapping[str, str] = field(default_factory=dict)
    settings_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def settings_for(self, database: str) -> dict[str, str]:
        """The settings of one database's pooler."""
        return {**self.settings, **self.settings_of.get(database, {})}

    def tuned(self, database: str, given: Mapping[str, str], *, alone: bool) -> Options:
        """The same with settings of one pooler; they are for all poolers where there is no other one."""
        if alone:
            settings, own = with_settings(self.settings, given), without(self.settings_of, given)
            return replace(self, settings=settings, settings_of=own)
        mine = with_settings(self.settings_of.get(database, {}), given)
        others = {d: s for d, s in self.settings_of.items() if d != database}
        return replace(self, settings_of={**others, **({database: mine} if mine else {})})


def remembered(options: Mapping[str, Any]) -> Options:
    """The options in the JSON of a record; one that an older devpool wrote lacks some.

    Raises:
        TypeError, ValueError, AttributeError: the record is damaged.
    """
    publish, port, replicas = options.get("publish"), options.get("port"), options.get("replicas", REPLICAS)
    if type(publish) not in (int, type(None)) or type(replicas) is not int or not isinstance(port, str | None):
        raise TypeError
    return Options(
        name=_text(options.get("name") or "pgbouncer"),
        port=port,
        direct=_names(options, "direct"),
        pool=_names(options, "pool"),
        session=_names(options, "session"),
        by_name=_names(options, "by_name"),
        evidence=_texts(options.get("evidence") or {}),
        allow_shared=bool(options.get("allow_shared")),
        override=bool(options.get("override")),
        publish=publish,
        metrics=bool(options.get("metrics")),
        image=_text(options.get("image") or ""),
        swarm=bool(options.get("swarm")),
        replicas=replicas,
        settings=_texts(options.get("settings") or {}),
        settings_of={d: _texts(s) for d, s in (options.get("settings_of") or {}).items()},
    )


def _names(options: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = options.get(key) or ()
    if not isinstance(names, list | tuple):
        raise TypeError
    return tuple(map(_text, names))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(settings: Mapping[str, Any]) -> dict[str, str]:
    return {_text(key): str(value) for key, value in settings.items()}


def with_settings(last: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Settings overridden by others; an empty value removes one."""
    return {key: value for key, value in {**last, **given}.items() if value}


def without(own: Mapping[str, Mapping[str, str]], given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What single poolers have: a setting that is given for all counts for them too."""
    kept = {database: {k: v for k, v in mine.items() if k not in given} for database, mine in own.items()}
    return {database: mine for database, mine in kept.items() if mine}
