"""Sessions at a transaction pool: what an app loses there, and the session alias, where an app keeps it.

The alias is a second database name in the same PgBouncer, `NAME_session`, with `pool_mode=session`
(docker/pgbouncer/README.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from devpool.catalog import variable_names
from devpool.catalog.session_features import NOT_APPLIED, OPTIONS, SET_ONCE, STARTUP_VARIABLE
from devpool.catalog.variable_names import URL_PARAMETERS
from devpool.decide.routing import Route
from devpool.errors import DevpoolError
from devpool.model.connection_variables import companions
from devpool.model.project import BARE, ConnectionVariable, Project
from devpool.model.values import Value
from devpool.text.address import Address
from devpool.text.patterns import regex

SUFFIX = "_session"
VARIABLE = "PGBOUNCER_SESSION_DATABASE"
_LONGEST = 63 - len(SUFFIX)  # PostgreSQL documentation, "Identifiers and Key Words": 63 bytes
# What the variable's format allows: aliases are separated by commas, and a name is followed by `=`.
_NAME = regex(r"[^,=*'\s]+")


def refuse_direct(routes: Iterable[Route], wanted: Iterable[str]) -> None:
    """A service that uses the session alias has to be pooled, by a variable: the alias is a name in its address.

    Raises:
        DevpoolError: `session-direct`.
    """
    names = set(wanted)
    for route in routes:
        if not route.pooled and names & {route.service, f"{route.service}:{route.database}"}:
            raise DevpoolError(
                "session-direct",
                f"`{route.service}` stays direct ({route.reason}) and cannot use the session alias",
                hint=f"leave out --session {route.service}: a direct service has its own sessions",
            )
        if route.code == "evidence" and names & {route.service, f"{route.service}:{route.database}"}:
            raise DevpoolError(
                "session-direct",
                f"`{route.service}` has no connection variable that could name the session alias ({route.reason})",
                hint=f"keep it direct: --direct {route.service}; or write `{SUFFIX}` behind the database's name there",
            )


def database_name_variables(project: Project, variables: Iterable[ConnectionVariable]) -> list[ConnectionVariable]:
    """The variables that hold the database's name where an app names its host in a variable of its own.

    Args:
        project: the project.
        variables: the variables that go to the session alias.

    Raises:
        DevpoolError: `no-database-name`, also where a URL or a keyword string names none.
    """
    names: dict[tuple[str, str], ConnectionVariable] = {}
    for variable in variables:
        if variable.kind == "host":
            mine = database_name_variable(variable, project.environments[variable.service])
            if mine is None:
                raise _no_name(variable, "has no variable for the database next to it")
            if mine.name in _names_of_others(project, variable):
                raise _no_name(variable, f"shares {mine.name} with a host that does not go to the alias")
            names[variable.service, mine.name] = mine
        elif variable.kind != "port" and variable.address.database_span is None:
            raise _no_name(variable, "contains no database name")
    return list(names.values())


def _names_of_others(project: Project, variable: ConnectionVariable) -> set[str]:
    """The variables with the names of other databases that the app goes to, and of those at hosts that stay direct."""
    elsewhere = [s for s in project.of(variable.service) if s.database != variable.database]
    others = [*elsewhere, *(s for s in project.kept if s.service == variable.service)]
    named = (
        database_name_variable(other, project.environments[other.service]) for other in others if other.kind == "host"
    )
    return {variable.name for variable in named if variable}


def database_name_variable(variable: ConnectionVariable, values: Mapping[str, Value]) -> ConnectionVariable | None:
    """The variable with the database's name that belongs to a host variable; None where it is not plain to see."""
    name = next((n for n in _candidates(variable.name, values) if _NAME.fullmatch(values[n].text)), None)
    if name is None:
        return None
    value = values[name]
    span = (0, len(value.text))
    address = Address(kind="database", host="", host_span=span, database=value.text, database_span=span)
    return ConnectionVariable(
        service=variable.service, name=name, database=variable.database, address=address, value=value
    )


def _candidates(host_variable: str, values: Mapping[str, Value]) -> Iterator[str]:
    named = [
        n
        for word in variable_names.DATABASE_WORDS
        for n in companions(host_variable, word)
        if n in values and n != "NAME"
    ]
    likely = [n for n in values if variable_names.DATABASE_NAME.fullmatch(n)]
    yield from named or (likely if len(likely) == 1 else [])


def session_aliases(variables: Iterable[ConnectionVariable]) -> tuple[str, ...]:
    """The databases that variables at the session alias name, each once.

    Raises:
        DevpoolError: `no-database-name`, where one cannot have such an alias.
    """
    names: dict[str, None] = {}
    for variable in variables:
        name = variable.address.database
        name = unquote(name) if variable.kind in ("url", "jdbc") else name
        if name and (not _NAME.fullmatch(name) or len(name.encode()) > _LONGEST):
            raise _no_name(variable, "names a database that cannot have an alias")
        names |= {name: None} if name else {}
    return tuple(names)


def in_variable(names: Iterable[str]) -> str:
    """The value of `PGBOUNCER_SESSION_DATABASE` for these databases."""
    return ",".join(f"{name}{SUFFIX}={name}" for name in names)


def _no_name(variable: ConnectionVariable, what: str) -> DevpoolError:
    return DevpoolError(
        "no-database-name",
        f"the session alias is a database name, and `{variable.service}.{variable.name}` {what}",
        where=variable.value.origin.place,
        hint=f"name the database there (DB_NAME next to DB_HOST, or /name in a URL), or leave out --session "
        f"{variable.service}: --pool-mode session applies to all apps",
    )


# --- what an app loses ---


def unkept(
    project: Project, service: str, variables: Iterable[ConnectionVariable], *, in_session: bool
) -> Iterator[str]:
    """The variables of one pooled app that do not last, one sentence each.

    Args:
        project: the project without devpool.
        service: the app.
        variables: its pooled connection variables.
        in_session: whether it goes to the pooler's session alias.
    """
    mine = [s for s in variables if s.service == service]
    # A value with many addresses has as many connection variables, but counts once.
    texts = {s.name: s.value.text for s in mine if s.kind not in BARE}
    for variable, text in texts.items():
        for match in NOT_APPLIED.finditer(text):
            yield _not_passed_on(service, variable, match["name"])
    moved = {s.name for s in project.of(service)}
    others = {n: v.text for n, v in project.environments[service].items() if n not in moved and v.text}
    for variable, text in others.items():
        if SET_ONCE.search(variable) and not in_session:
            yield (
                f"{service} sets {variable} once for each of its connections, and other clients of a transaction pool "
                f"get it, too: set it in Postgres (ALTER ROLE ... SET ...), or give {service} a session pool with "
                f"--session {service}"
            )
        elif STARTUP_VARIABLE.search(variable):
            yield _not_passed_on(service, variable, "currentSchema")
        elif URL_PARAMETERS.search(variable):
            asked = dict.fromkeys(m["name"] for p in (OPTIONS, NOT_APPLIED) for m in p.finditer(f" {text}"))
            if asked:
                yield _not_passed_on(service, variable, ", ".join(asked))


def _not_passed_on(service: str, variable: str, what: str) -> str:
    return (
        f"{service}.{variable} sets {what}, which a pooler does not pass on: set it in Postgres (ALTER ROLE ... SET "
        f"...), or keep it direct with --direct {service}"
    )
