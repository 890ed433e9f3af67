"""What the pooler gets from an env file: user, password and database, and nothing else.

A file that Compose interpolates with (`.env`) is not given to the pooler at all: its entries name the variables.
Any other is, since its password must not be copied into a second file; its other variables are set empty there.
"""

from __future__ import annotations

from collections.abc import Iterable

from devpool.model.environment import EnvFileUse, Value
from devpool.model.sources import Sources
from devpool.text.patterns import regex

# The variables that the image reads (docker/pgbouncer/README.md).
_NEEDED = regex(r"POSTGRES_(USER|PASSWORD|DB)(_FILE)?|POSTGRES_HOST_AUTH_METHOD")
# Common to Postgres images and to all programs: no secrets, and nothing that the pooler would read as its own. PATH
# could be set empty, but then the pooler would not start.
_HARMLESS = regex(r"PG(DATA|HOST|PORT|USER|DATABASE)|POSTGRES_(HOST|PORT|INITDB_\w+)|TZ|PATH|LANG|LANGUAGE|LC_\w+")


def interpolated(sources: Sources, value: Value) -> bool:
    """Whether `${NAME}` in a compose file gives the value that an env file gives a service."""
    variable = sources.variables.get(value.name)
    path = value.origin.file.path
    return (
        value.origin.form == "env-file"
        and path in sources.dotenv
        and variable is not None
        and (variable.source, variable.value) == (path, value.text)
    )


def names_withheld(sources: Sources, uses: Iterable[EnvFileUse]) -> tuple[str, ...]:
    """The variables of env files that are not for the pooler, each once, in the order of the files."""
    files = (sources.env_files.get(use.path) for use in uses)
    names = dict.fromkeys(binding.name for file in files if file for binding in file.bindings)
    return tuple(n for n in names if not _NEEDED.fullmatch(n) and not _HARMLESS.fullmatch(n))
