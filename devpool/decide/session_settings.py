"""What an app sets for its session, outside of a transaction, and a transaction pool does not keep for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devpool.catalog.session_features import NOT_APPLIED, OPTIONS, SET_ONCE
from devpool.catalog.variable_names import URL_PARAMETERS
from devpool.model.project import BARE, ConnectionVariable, Project


def unkept(
    project: Project, service: str, settings: Iterable[ConnectionVariable], *, in_session: bool
) -> Iterator[str]:
    """The settings of one pooled app that do not last, one sentence each.

    Args:
        project: the project without devpool.
        service: the app.
        settings: its pooled connection variables.
        in_session: whether it goes to the pooler's session alias.
    """
    mine = [s for s in settings if s.service == service]
    # A value with many addresses has as many connection variables, but counts once.
    texts = {s.variable: s.value.text for s in mine if s.kind not in BARE}
    for variable, text in texts.items():
        for match in NOT_APPLIED.finditer(text):
            yield _not_passed_on(service, variable, match["name"])
    moved = {s.variable for s in project.of(service)}
    others = {n: v.text for n, v in project.environments[service].items() if n not in moved and v.text}
    for variable, text in others.items():
        if SET_ONCE.search(variable) and not in_session:
            yield (
                f"{service} sets {variable} once for each of its connections, and other clients of a transaction pool "
                f"get it, too: set it in Postgres (ALTER ROLE ... SET ...), or give {service} a session pool with "
                f"--session {service}"
            )
        elif URL_PARAMETERS.search(variable):
            asked = dict.fromkeys(m["name"] for p in (OPTIONS, NOT_APPLIED) for m in p.finditer(f" {text}"))
            if asked:
                yield _not_passed_on(service, variable, ", ".join(asked))


def _not_passed_on(service: str, variable: str, what: str) -> str:
    return (
        f"{service}.{variable} sets {what}, which a pooler does not pass on: set it in Postgres (ALTER ROLE ... SET "
        f"...), or keep it direct with --direct {service}"
    )
