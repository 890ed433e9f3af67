"""Single connection variables that the user routes: `--direct SERVICE:VARIABLE`, `--pool SERVICE:VARIABLE`. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from devpool.decide.direct_reasons import awaited_services, reasons
from devpool.decide.options import Options
from devpool.model.connection_variables import companions
from devpool.model.project import ConnectionVariable, Project


def with_chosen_variables(project: Project, options: Options) -> Project:
    """A project in which the variables that the user named are kept as they are, or are not.

    Args:
        project: the project as its files and the names of its variables tell.
        options: the user's options; what names a service or a database in them is for the routes.
    """
    direct, pool = variables_of(project, options.direct), variables_of(project, options.pool)
    if not direct and not pool:
        return project
    everything = (*project.connection_variables, *project.kept)
    staying = {*project.kept, *_beside(project, options, pool)} - pool
    kept = tuple(s for s in everything if s in direct or s in staying)
    return replace(project, connection_variables=tuple(s for s in everything if s not in kept), kept=kept)


def _beside(project: Project, options: Options, pool: set[ConnectionVariable]) -> Iterator[ConnectionVariable]:
    """The variables of apps that stay direct but for single ones that the user wants pooled."""
    awaited, published = awaited_services(project), options.publish is not None
    for service, database in {(s.service, s.database) for s in pool}:
        chosen = wanted(service, database, options.direct, (*options.pool, *options.session))
        if chosen is None and next(reasons(project, service, database, awaited, published), None):
            chosen = False
        if chosen is False:
            yield from (s for s in project.of(service) if s.database == database)


def wanted(service: str, database: str, direct: Container[str], pool: Container[str]) -> bool | None:
    """Whether the user wants an app pooled at a database: what names the database too wins; None for no choice."""
    for name in (f"{service}:{database}", service):
        if name in direct or name in pool:
            return name in pool
    return None


def is_variable(project: Project, name: str) -> bool:
    """Whether `SERVICE:NAME` names a connection variable; a database of that name wins."""
    return bool(variables_of(project, [name]))


def variables_of(project: Project, names: Iterable[str]) -> set[ConnectionVariable]:
    """The connection variables that each `SERVICE:VARIABLE` names, each host with its port."""
    variables = (*project.connection_variables, *project.kept)
    matching: set[ConnectionVariable] = set()
    for service, _, variable in (name.partition(":") for name in names):
        mine = [s for s in variables if s.service == service]
        if variable in {s.database for s in mine}:
            continue
        named = [s for s in mine if s.name == variable]
        ports = {port for s in named if s.kind == "host" for port in companions(s.name, "PORT")}
        matching |= {*named, *(s for s in mine if s.kind == "port" and s.name in ports)}
    return matching
