"""psql in a container: how it is called in a database's own, and how its answers to several queries are told apart."""

from __future__ import annotations

import csv
import io

MARK = "-- end of answer"
"""The line that ends each of several answers, here and in docker/inside/console.sh."""

# The variables of the official image and of Bitnami's, each also with its `_FILE` form.
_IN_DATABASE = (
    'of() { for n in "$@"; do eval "v=\\${$n:-}; f=\\${${n}_FILE:-}"; '
    '[ -z "$v" ] && [ -r "$f" ] && v=$(cat "$f"); [ -z "$v" ] || { printf %s "$v"; return; }; done; }; '
    "PGUSER=$(of POSTGRES_USER POSTGRESQL_USERNAME POSTGRESQL_USER); PGUSER=${PGUSER:-postgres}; "
    "PGDATABASE=$(of POSTGRES_DB POSTGRESQL_DATABASE); PGDATABASE=${PGDATABASE:-$PGUSER}; "
    'PGPASSWORD=$(of POSTGRES_PASSWORD POSTGRESQL_PASSWORD); [ -n "$PGPASSWORD" ] && export PGPASSWORD; '
    'export PGUSER PGDATABASE PGAPPNAME=devpool-psql; exec psql "$@"'
)


def in_database(arguments: tuple[str, ...]) -> list[str]:
    """The command for the database's own container, by its own socket and as its own superuser."""
    return ["sh", "-c", _IN_DATABASE, "psql", *arguments]


def asked(*sql: str) -> list[str]:
    """The arguments of psql for several queries whose answers can be told apart."""
    return ["--csv", "-v", "ON_ERROR_STOP=1", *(word for text in sql for word in ("-c", text, "-c", f"\\echo {MARK}"))]


def parts(text: str) -> list[str]:
    """The answers to `asked`, each as CSV with a header. In a quoted value, which an app may have chosen, no line ends
    an answer.
    """
    found, lines, quotes = list[str](), list[str](), 0
    for line in text.split("\n"):
        if line == MARK and quotes % 2 == 0:
            found.append("".join(lines))
            lines = []
        else:
            lines.append(f"{line}\n")
            quotes += line.count('"')
    return found


def rows(part: str) -> list[dict[str, str]]:
    """CSV with a header as a dict for each row."""
    return [dict(row) for row in csv.DictReader(io.StringIO(part))]
