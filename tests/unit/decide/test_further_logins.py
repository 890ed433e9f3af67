"""Which logins a pooler is given besides its own, and which are missing."""

from __future__ import annotations

import pytest
from memory_project import planned

from devpool.decide.planning import with_credentials

SUPABASE = "supabase/postgres:17"


def logins(app: str, image: str = SUPABASE, database: str = "{POSTGRES_PASSWORD: a}") -> tuple[list[str], list[str]]:
    """The variables that the pooler gets for one app, and the users that it lacks."""
    server = f"  db:\n    image: {image}\n    environment: {database}\n"
    project, plan = planned(f"services:\n{server}  web:\n    image: shop\n    environment: {app}\n")
    found = with_credentials(project, plan).credentials["pgbouncer"]
    return [f.name for f in found.further], [m.user for m in found.missing]


WEB = "{URL: 'postgres://web:b@db:5432/x'}"
GIVEN, MISSING, NOTHING = (["DATABASE_URL_2"], []), ([], ["web"]), ([], [])


@pytest.mark.parametrize(
    ("image", "database", "expected"),
    [
        (SUPABASE, "{POSTGRES_PASSWORD: a}", GIVEN),
        ("registry.example/supabase/postgres@sha256:01", "{POSTGRES_PASSWORD: a}", GIVEN),
        (SUPABASE, "{POSTGRES_PASSWORD: a, POSTGRES_USER: supabase_admin}", NOTHING),
        (SUPABASE, "{POSTGRES_PASSWORD: a, POSTGRES_USER: web}", NOTHING),
        ("bitnami/postgresql:17", "{POSTGRESQL_PASSWORD: a, POSTGRESQL_USERNAME: shop}", GIVEN),
        ("bitnamilegacy/postgresql:17", "{POSTGRESQL_PASSWORD: a}", NOTHING),
        ("quay.io/sclorg/postgresql-16-c9s", "{POSTGRESQL_PASSWORD: a, POSTGRESQL_USER: shop}", GIVEN),
        ("postgres:17", "{POSTGRES_PASSWORD: a, POSTGRES_USER: shop}", NOTHING),
        ("postgres:17", "{POSTGRES_PASSWORD: a}", NOTHING),
        (SUPABASE, "{POSTGRES_HOST_AUTH_METHOD: trust}", NOTHING),
    ],
)
def test_only_where_the_pooler_s_own_user_is_no_superuser(
    image: str, database: str, expected: tuple[list[str], list[str]]
) -> None:
    assert logins(WEB, image, database) == expected


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (WEB, GIVEN),
        ("{PGHOST: db, PGUSER: web, PGPASSWORD: b}", (["POSTGRES_PASSWORD_2"], [])),
        ("{PGHOST: db, PGUSER: web}", MISSING),
        ("{PGHOST: db}", NOTHING),
        ("{PGHOST: db, PGUSER: postgres, PGPASSWORD: a}", NOTHING),
        ("{URL: 'jdbc:postgresql://db/x?user=web&password=b'}", MISSING),
        ("{URL: 'host=db user=web password=b dbname=x'}", MISSING),
        ("{URL: 'postgres://web:b@db:5432/x?sslmode=disable'}", MISSING),
        ("{URL: 'postgres://web:b%@db:5432/x'}", MISSING),
        ("{URL: 'postgres://web:b@db:5432/pgbouncer'}", MISSING),
        ("['URL=postgres://web:b@db:5432/x']", MISSING),
    ],
)
def test_a_login_is_given_as_it_is_written_or_is_missing(app: str, expected: tuple[list[str], list[str]]) -> None:
    assert logins(app) == expected
