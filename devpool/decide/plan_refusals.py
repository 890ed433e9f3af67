"""What no plan can be made of, refused by name."""

from __future__ import annotations

from devpool.decide.options import Options
from devpool.decide.routing import Route
from devpool.errors import DevpoolError
from devpool.model.project import ConnectionVariable, Project
from devpool.text.patterns import regex

# What Compose allows.
SERVICE_NAME = regex(r"[A-Za-z0-9._-]+")
# A key has 1024 characters at the most (YAML 1.2.2, 7.4.2), those of the names that are added to it, and quotes.
_LONGEST_NAME = 1000


def refuse_unplaced(project: Project, routes: list[Route], options: Options) -> None:
    """A URL that lists several hosts cannot go to one pooler.

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
                f"`{service}.{variable}` lists several hosts, which one pooler cannot stand for",
                where=value.origin.place,
                hint=f"keep it direct: --direct {service}",
            )


def refuse_odd_names(project: Project, settings: list[ConnectionVariable]) -> None:
    """Names of services and variables go into the compose file again, and those of services into paths.

    Raises:
        DevpoolError: `name-not-plain`.
    """
    for setting in settings:
        services = {setting.service, setting.database} & project.services.keys()  # a database may be a host elsewhere
        plain = all(SERVICE_NAME.fullmatch(name) for name in services)
        if not plain or not setting.variable.isprintable() or set(setting.variable) & set("'\"\\"):
            raise DevpoolError(
                "name-not-plain",
                f"the name of `{setting.service}` or of a variable in it holds characters that it cannot have",
                where=setting.value.origin.place,
                hint="use letters, digits, `.`, `_` and `-`; `docker compose config -q` shows whether Compose takes it",
            )
        if len(setting.variable) > _LONGEST_NAME:
            raise DevpoolError(
                "name-not-plain",
                f"the name of a variable of `{setting.service}` has {len(setting.variable)} characters",
                where=setting.value.origin.place,
                hint=f"beside its twin `..._DIRECT` it can have {_LONGEST_NAME}",
            )
