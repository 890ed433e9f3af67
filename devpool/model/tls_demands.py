"""What the apps demand of TLS towards their database.

The words are libpq's `sslmode` (PostgreSQL documentation, "SSL Support"), JDBC's and Npgsql's, which are the same, and
the plain `ssl` of others: asyncpg's takes the words of `sslmode` (asyncpg's API reference, "connect").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from devpool.catalog import variable_names
from devpool.errors import DevpoolError
from devpool.model.project import ConnectionVariable
from devpool.model.values import Value
from devpool.text.patterns import regex

Demand = Literal["", "require", "verify"]

_MODE = regex(r"\bssl[ _]?mode\s*=\s*[\"']?(?P<mode>[a-z-]+)|\bssl\s*=\s*[\"']?(?P<ssl>[\w-]+)", re.I)
_CHECKED = ("true", "1")
_ROOT = regex(r"\bsslrootcert\s*=", re.I)


class Demands:
    """What the variables of one app demand: TLS, or TLS with a certificate that is checked.

    Args:
        values: the variables of the app; a mode of a variable's own wins over theirs.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._further = [v.text for n, v in values.items() if variable_names.URL_PARAMETERS.search(n)]
        said = strongest(as_demand(v.text) for n, v in values.items() if variable_names.TLS_MODE.search(n))
        self._of_variables: Demand = "verify" if said and _checks(values) else said

    def of(self, variable: ConnectionVariable) -> Demand:
        """What one variable demands."""
        texts = [_parameters(variable), *(self._further if variable.kind == "host" else ())]
        said = next((demand for demand in map(_said, texts) if demand is not None), None)
        return self._of_variables if said is None else said


def _checks(values: Mapping[str, Value]) -> bool:
    """Whether a variable beside the one that demands TLS has the certificate checked."""
    return any(
        (variable_names.TLS_CHECK.search(name) and as_demand(value.text))
        or (variable_names.TLS_ROOT.search(name) and value.text)
        for name, value in values.items()
    )


def _parameters(variable: ConnectionVariable) -> str:
    """The text that may say what a variable demands."""
    text = variable.value.text
    if variable.kind in ("url", "jdbc"):
        # Not past this URL: another may follow.
        return re.split(r"[\s'\",;]", text[variable.address.host_span[1] :], maxsplit=1)[0]
    return text


def _said(text: str) -> Demand | None:
    """What a text of parameters demands; None where it says nothing."""
    found = _MODE.search(text)
    if found is None:
        return None
    demand = as_demand(found["mode"] or found["ssl"])
    # pgjdbc and node-postgres verify the certificate with just `ssl=true`, libpq if a root certificate is given.
    checked = (found["ssl"] or "").lower() in _CHECKED or _ROOT.search(text)
    return "verify" if demand and checked else demand


def strongest(demands: Iterable[Demand]) -> Demand:
    """The strongest of several demands."""
    asked = set(demands)
    return "verify" if "verify" in asked else "require" if "require" in asked else ""


def refuse_disabled(demanding: list[ConnectionVariable], chosen: Mapping[str, str]) -> None:
    """TLS towards the apps cannot be switched off where one of them demands it.

    Raises:
        DevpoolError: `tls-demanded`.
    """
    if demanding and chosen.get("client_tls_sslmode") == "disable":
        raise DevpoolError(
            "tls-demanded",
            "an app requires TLS for its database, and client_tls_sslmode=disable would lock it out",
            where=demanding[0].value.origin.place,
            hint="leave out client_tls_sslmode, or remove sslmode from the app's connection variable",
        )


def as_demand(mode: str) -> Demand:
    """What a mode demands, in libpq's words or those of others."""
    return (
        "verify"
        if mode.lower() in variable_names.TLS_VERIFIES
        else "require"
        if mode.lower() in variable_names.TLS_ENCRYPTS
        else ""
    )
