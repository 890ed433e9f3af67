"""psql in a container: how it is called in a database's own, and how its answers to several queries are told apart."""

from __future__ import annotations

import csv
import io

from devpool.errors import DevpoolError

MARK = "-- end of answer"
"""The line that ends each of several answers, here and in docker/inside/console.sh."""

# The variables of the official image and of Bitnami's, each also with its `_FILE` form.
_IN_DATABASE = (
    'of() { for n in "$@"; do eval "v=\\${$n:-}; f=\\${${n}_FILE:-}"; '
    '[ -z "$v" ] && [ -r "$f" ] && v=$(cat "$f"); [ -z "$v" ] || { printf %s "$v"; return; }; done; }; '
    "PGUSER=$(of POSTGRES_USER POSTGRESQL_USERNAME POSTGRESQL_USER); PGUSER=${PGUSER:-postgres}; "
    "PGDATABASE=$(of POSTGRES_DB POSTGRESQL_DATABASE); PGDATABASE=${PGDATABASE:-$PGUSER}; "
    'PGPASSWORD=$(of POSTGRES_PASSWORD POSTGRESQL_PASSWORD); [ -n "$PGPASSWORD" ] && export PGPASSWORD; '
    'export PGUSER PGDATABASE PGAPPNAME=devpool-psql; exec "$0" "$@"'
)


def in_database(arguments: tuple[str, ...], program: str = "psql") -> list[str]:
    """The command for the database's own container, by its own socket and as its own superuser: psql's, or another
    client's, such as pg_dumpall's.
    """
    return ["sh", "-c", _IN_DATABASE, program, *arguments]


def asked(*sql: str) -> list[str]:
    """The arguments of psql for several queries whose answers can be told apart."""
    return ["--csv", "-v", "ON_ERROR_STOP=1", *(word for text in sql for word in ("-c", text, "-c", f"\\echo {MARK}"))]


def parts(text: str, number: int) -> list[str]:
    """The answers to `asked`, each as CSV with a header. In a quoted value, which an app may have chosen, no line ends
    an answer.

    Args:
        text: what psql printed.
        number: how many answers there are to be.

    Raises:
        DevpoolError: `docker-failed`, where a container answers something else.
    """
    answers, lines, quotes = list[str](), list[str](), 0
    for line in text.split("\n"):
        if line == MARK and quotes % 2 == 0:
            answers.append("".join(lines))
            lines = []
        else:
            lines.append(f"{line}\n")
            quotes += line.count('"')
    if len(answers) != number:
        raise lacking(len(answers), number)
    return answers


def lacking(answered: int, number: int) -> DevpoolError:
    """The error for a container that answers something else than it is asked."""
    said = f"a container gave {answered} of {number} answers"
    return DevpoolError(
        "docker-failed", f"docker failed: {said}", said=said, hint="`devpool status` shows the containers"
    )


def rows(part: str) -> list[dict[str, str]]:
    """CSV with a header as a dict for each row."""
    return [dict(row) for row in csv.DictReader(io.StringIO(part))]
