"""psql inside a database's own container: by its socket and as its superuser, as the image's variables name it."""

from __future__ import annotations

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
