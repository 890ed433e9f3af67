"""Errors for projects that no plan can be made for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devpool.catalog import scram_platforms
from devpool.catalog.docker import IMAGE
from devpool.decide.by_name import ByName
from devpool.decide.chosen_variables import variables_of
from devpool.decide.options import Options
from devpool.decide.routing import Route
from devpool.decide.tuning import SCRAM, SCRAM_USUAL
from devpool.errors import DevpoolError, UsageError
from devpool.model.project import ConnectionVariable, Project
from devpool.model.services import Service
from devpool.text.patterns import regex

# `services` in the schema of the Compose Specification.
SERVICE_NAME = regex(r"[A-Za-z0-9._-]+")
# A key has at most 1024 characters (YAML 1.2.2, 7.4.2), including the names that are added to it and the quotes.
_LONGEST_NAME = 1000


def refuse_unplaced(project: Project, routes: list[Route], options: Options) -> None:
    """Refuse a URL that lists several hosts: one pooler cannot replace them.

    Raises:
        DevpoolError: `several-hosts`.
    """
    pooled = {r.service for r in routes if r.pooled}
    routed = {r.service for r in routes}
    for service, variable in project.unplaced:
        if service in pooled or (service not in routed and service not in options.direct):
            value = project.environments[service][variable]
            raise DevpoolError(
                "several-hosts",
                f"`{service}.{variable}` lists several hosts, and one pooler cannot replace them all",
                where=value.origin.place,
                hint=f"keep it direct: --direct {service}",
            )


def refuse_led(project: Project, named: Iterable[ByName], options: Options) -> None:
    """A variable that the user wants direct cannot be so where its app's name for the database leads to the pooler.

    Raises:
        DevpoolError: `direct-and-pool`.
    """
    asked = variables_of(project, options.direct)
    found = next((s for s in project.kept if s in asked and any(each.leads(s) for each in named)), None)
    if found:
        app = found.service
        raise DevpoolError(
            "direct-and-pool",
            f"`{app}` is pooled by name, so {found.address.host} in {found.name} would lead to the pooler, too",
            where=found.value.origin.place,
            hint=f"keep all of it direct (--direct {app}), or write its variables in its own `environment` and leave "
            "out --by-name",
        )


def refuse_odd_names(project: Project, variables: list[ConnectionVariable]) -> None:
    """Names of services and variables go into the compose file again, into paths, and into the record.

    Raises:
        DevpoolError: `name-not-plain`.
    """
    for name, service in project.services.items():
        if not SERVICE_NAME.fullmatch(name):
            raise _not_plain(f"the service `{name}`", service.place)
    for variable in variables:
        if not variable.name.isprintable() or set(variable.name) & set("'\"\\"):
            raise _not_plain(f"a variable of `{variable.service}`", variable.value.origin.place)
        if len(variable.name) > _LONGEST_NAME:
            raise DevpoolError(
                "name-not-plain",
                f"the name of a variable of `{variable.service}` is {len(variable.name)} characters long",
                where=variable.value.origin.place,
                hint=f"use at most {_LONGEST_NAME} characters, which leaves room for its twin `..._DIRECT`",
            )


def refuse_unpublished(variables: list[ConnectionVariable], options: Options) -> None:
    """An app in the host's network reaches a pooler only at a port of the host.

    Raises:
        DevpoolError: `no-shared-network`.
    """
    for variable in variables if options.publish is None else ():
        if variable.published:
            raise DevpoolError(
                "no-shared-network",
                f"`{variable.service}` is in the host's network, and the pooler is not published there",
                where=variable.value.origin.place,
                hint="publish the pooler on the host's loopback, too: add --publish",
            )


def refuse_fast_auth(project: Project, variables: list[ConnectionVariable], chosen: Mapping[str, str]) -> None:
    """Refuse fewer SCRAM iterations if a pooled app could no longer log in.

    Args:
        project: the project.
        variables: the variables that go to the pooler.
        chosen: its variables.

    Raises:
        DevpoolError: `fast-auth-refused`, naming the app.
    """
    if int(chosen.get(SCRAM, SCRAM_USUAL)) >= SCRAM_USUAL:
        return
    for variable in variables:
        kind = _platform(project.services[variable.service], variable, set(project.environments[variable.service]))
        if kind:
            raise DevpoolError(
                "fast-auth-refused",
                f"`{variable.service}` runs on {kind}, whose drivers refuse fewer than {SCRAM_USUAL} SCRAM iterations",
                where=variable.value.origin.place,
                hint=f"leave out --fast-auth (`--set {SCRAM}=` if it was given before), "
                f"or keep it direct: --direct {variable.service}",
            )


def refuse_image_name(name: str) -> None:
    """Refuse what cannot be the name of an image.

    Raises:
        UsageError: `bad-image`.
    """
    if not IMAGE.fullmatch(name):
        raise UsageError(
            "bad-image",
            "this is not the name of an image",
            hint="write it as registry.example/team/pgbouncer:1, or with a digest: NAME@sha256:...",
        )


def _not_plain(what: str, where: str) -> DevpoolError:
    return DevpoolError(
        "name-not-plain",
        f"the name of {what} contains characters that are not allowed",
        where=where,
        hint="use letters, digits, `.`, `_` and `-`; `docker compose config -q` tells whether Compose agrees",
    )


def _platform(service: Service, variable: ConnectionVariable, names: set[str]) -> str:
    """`Java`, `Bun`, or "" if neither is evident."""
    image, command = service.text("image").partition("@")[0], service.start()
    java = (
        scram_platforms.JAVA_IMAGES.search(image)
        or scram_platforms.JAVA_COMMANDS.search(command)
        or scram_platforms.JAVA_URLS.search(variable.value.text)
    )
    if java or any(scram_platforms.JAVA_VARIABLES.fullmatch(name) for name in names):
        return "Java"
    return "Bun" if scram_platforms.BUN_IMAGES.search(image) or scram_platforms.BUN_COMMANDS.search(command) else ""
