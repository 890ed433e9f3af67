"""What `explain` says of each connection variable, and of each app that connects by none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypedDict

from devpool.catalog.variable_names import PAST_A_POOLER, PAST_A_POOLER_BESIDE
from devpool.decide.by_name import ByName
from devpool.decide.chosen_variables import variables_of
from devpool.decide.options import Options
from devpool.decide.plan import Move, Plan
from devpool.decide.routing import Route, way
from devpool.lifecycle.plan_report import variable_shown, where_words
from devpool.model.host_programs import host_addresses
from devpool.model.paths import relative
from devpool.model.project import ConnectionVariable, Project
from devpool.text.address import replacements
from devpool.text.interpolation import SHELL

_MOST_NAMES = 20


class StatedData(TypedDict):
    """What a variable says, and where."""

    service: str
    variable: str
    kind: str
    database: str
    value: str
    origin: str
    through: list[str]


class SharersData(TypedDict):
    """Who else reads a value."""

    shared_with: list[str]
    shared_with_more: int


class RowData(StatedData, SharersData):
    """A connection variable, or an app that connects by none.

    Attributes:
        service: the app; what programs on the host read has the name of no service.
        variable: its variable; "" for an app that connects by none.
        kind: `url`, `dsn`, `jdbc`, `host`, `port`, `database` or `name`.
        database: the database.
        value: what is written, without passwords.
        origin: file and line.
        through: the variables in the value, and where each gets its own.
        shared_with: other services that read the same text.
        shared_with_more: how many there are besides these.
        route: `pooled`, `pooled by name` or `direct`.
        reason: why.
        becomes: how enable changes it; null where it leaves it.
    """

    route: str
    reason: str
    becomes: str | None


class VariableRows:
    """Describes each connection variable, from tables that are built once.

    Args:
        project: the project.
        routes: the routes of its apps.
        plan: what enable would do; None if it would refuse.
        chosen: the options of the last enable.
    """

    def __init__(self, project: Project, routes: list[Route], plan: Plan | None, chosen: Options) -> None:
        self.project = project
        self.routes = {(r.service, r.database): r for r in (plan.routes if plan else routes)}
        self.moves = {m.variable: m for m in plan.moves} if plan else {}
        self.by_name = plan.by_name if plan else ()
        self.named = {s: b for b in self.by_name for s in b.variables}
        self.named |= {s: b for b in self.by_name for s in project.kept if b.leads(s)}
        self.kept = set(project.kept) - self.named.keys()
        self.asked = variables_of(project, chosen.direct)
        self.published = {p.published: p.database for p in plan.poolers if p.published} if plan else {}
        self.only_kept = {s.service for s in project.kept}
        self.readers: dict[tuple[str, int], dict[str, None]] = {}
        for name, values in project.environments.items():
            for value in values.values():
                self.readers.setdefault(value.origin.key, {})[name] = None

    def row(self, variable: ConnectionVariable) -> RowData:
        """The description of one connection variable."""
        route = self.routes[variable.service, variable.database]
        move = self.moves.get(variable)
        kept = variable in self.kept
        return {
            **self._stated(variable),
            **self._sharers(variable),
            "route": "direct" if kept else route.way,
            "reason": self._kept_because(variable) if kept else route.reason,
            "becomes": _becomes(move, self.project) if move else _led(self.named.get(variable)),
        }

    def _stated(self, variable: ConnectionVariable) -> StatedData:
        """What a variable says, and where."""
        return {
            "service": variable.service,
            "variable": variable.name,
            "kind": variable.kind,
            "database": variable.database,
            "value": _shown_value(self.project, variable),
            "origin": relative(variable.value.origin.place, self.project.sources.directory),
            "through": _through(variable),
        }

    def _kept_because(self, variable: ConnectionVariable) -> str:
        if variable in self.asked:
            return "you asked for it (--direct)"
        forwards = self.project.databases[variable.database].forwards
        named = PAST_A_POOLER.search(variable.name) or PAST_A_POOLER_BESIDE.search(variable.name)
        if not named and not forwards:
            return "of its app only what you asked for is pooled (--pool)"
        return f"its {'name or its port' if forwards else 'name'} says that it is direct"

    def _sharers(self, variable: ConnectionVariable) -> SharersData:
        """Who else reads the value: the first names, and how many others there are."""
        readers = self.readers.get(variable.value.origin.key, {})
        first = [name for name in islice(readers, _MOST_NAMES + 1) if name != variable.service][:_MOST_NAMES]
        return {"shared_with": first, "shared_with_more": len(readers) - (variable.service in readers) - len(first)}

    def evident(self) -> list[Route]:
        """The routes of the apps whose address is in no variable."""
        return [r for r in self.routes.values() if not self.project.of(r.service) and r.service not in self.only_kept]

    def on_the_host(self) -> Iterator[RowData]:
        """The descriptions of the addresses in `.env` that programs on the host read."""
        for address in host_addresses(self.project, self.published):
            yield {
                **self._stated(address.variable),
                "shared_with": [],
                "shared_with_more": 0,
                "route": way(pooled=address.pooled, by_name=False),
                "reason": "programs on the host read it",
                "becomes": None,
            }

    def by_evidence(self, route: Route) -> RowData:
        """The description of an app whose address is in no variable."""
        named = next((b for b in self.by_name if (b.service, b.database) == (route.service, route.database)), None)
        return {
            "service": route.service,
            "variable": "",
            "kind": "name",
            "database": route.database,
            "value": route.database,
            "origin": "",
            "through": [],
            "shared_with": [],
            "shared_with_more": 0,
            "route": route.way,
            "reason": route.reason,
            "becomes": _led(named),
        }


def _shown_value(project: Project, variable: ConnectionVariable) -> str:
    """A variable's value, hidden if its file is outside the repository: the user may not know that it is read."""
    hidden = project.sources.is_hidden(variable.value.origin.file.path)
    return (
        "(in a file outside the repository)"
        if hidden
        else variable_shown(variable, project.sources, project.services) or "***"
    )


def _through(variable: ConnectionVariable) -> list[str]:
    """The variables in the value, and where each gets its own value."""
    pieces = [p for p in variable.value.pieces if p.variable]
    return list(dict.fromkeys(f"{p.variable} from {'the shell' if p.source == SHELL else p.source}" for p in pieces))


def _becomes(move: Move, project: Project) -> str:
    variable = move.variable
    hosts = (*project.services, move.pooler.name)
    hidden = project.sources.is_hidden(variable.value.origin.file.path)
    changes = replacements(variable.address, *move.target)
    new = (None if hidden else variable_shown(variable, project.sources, hosts, changes)) or move.words
    return f"{new}, {where_words(move)}" + (f"; the old value as {move.twin}" if move.twin else "")


def _led(named: ByName | None) -> str | None:
    """How enable changes an app that is pooled by name: it adds links and leaves the text."""
    return f"leaves the text, adds links: {', '.join(named.links)}" if named else None
