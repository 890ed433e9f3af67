"""User, password and database of an app, and the logins that a pooler cannot start with."""

from __future__ import annotations

import pytest
from memory_project import one_variable, project

from devpool.decide.logins import (
    LONGEST_PASSWORD,
    company_of,
    interpolated,
    is_usable,
    login_of,
    names_withheld,
    refuse_unusable,
    said_by,
)
from devpool.errors import DevpoolError
from devpool.model.env_files import env_file_uses

DB = "services:\n  db:\n    image: postgres:17\n"


def login(name: str, **variables: str) -> dict[str, str]:
    """What an app with these variables logs in with by one of them, by the last word of POSTGRES_..."""
    lines = "".join(f"      {n}: '{v}'\n" for n, v in variables.items())
    found = project(f"{DB}  web:\n    image: app\n    environment:\n{lines}")
    return {n.removeprefix("POSTGRES_"): v for n, v in login_of(found, one_variable(found, name)).items()}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("postgres://u:p@db:5432/x", {"USER": "u", "PASSWORD": "p", "DB": "x"}),
        ("postgres://u%40corp:p%2Fq@db/my%20x?a=b", {"USER": "u@corp", "PASSWORD": "p/q", "DB": "my x"}),
        ("postgres://u:p:q@db/x", {"USER": "u", "PASSWORD": "p:q", "DB": "x"}),
        ("postgres://u@db", {"USER": "u"}),
        ("postgres://u:@db/", {"USER": "u"}),
        ("redis://r:s@redis/0,postgres://u:p@db/x", {"USER": "u", "PASSWORD": "p", "DB": "x"}),
        ("host=db user=u password=p dbname=x", {"USER": "u", "PASSWORD": "p", "DB": "x"}),
        ("Host=db;User Id=u;Password=p;Database=x", {"USER": "u", "PASSWORD": "p", "DB": "x"}),
        ("jdbc:postgresql://db:5432/x?user=u&password=p%26q", {"USER": "u", "PASSWORD": "p&q", "DB": "x"}),
    ],
)
def test_an_address_tells_the_login(written: str, expected: dict[str, str]) -> None:
    assert login("U", U=written) == expected


@pytest.mark.parametrize(
    ("name", "beside", "expected"),
    [
        ("DB_HOST", {"DB_USER": "u", "DB_PASSWORD": "p", "DB_NAME": "x"}, {"USER": "u", "PASSWORD": "p", "DB": "x"}),
        ("PGHOST", {"PGUSER": "u", "PGPASSWORD": "p", "PGDATABASE": "x"}, {"USER": "u", "PASSWORD": "p", "DB": "x"}),
        ("STATS_PGHOST", {"STATS_PGPASSWORD": "p"}, {"PASSWORD": "p"}),
        ("POSTGRES_SERVER", {"POSTGRES_USERNAME": "u", "POSTGRES_PWD": "p"}, {"USER": "u", "PASSWORD": "p"}),
        ("db_host", {"db_user": "u", "db_pass": "p"}, {"USER": "u", "PASSWORD": "p"}),
        ("DB_HOST", {"REDIS_PASSWORD": "p", "DB_PASSWORD_FILE": "/p"}, {}),
        ("DB_HOST", {"DB_PASSWORD": ""}, {}),
    ],
)
def test_so_do_the_variables_with_the_same_prefix(name: str, beside: dict[str, str], expected: dict[str, str]) -> None:
    assert login(name, **{name: "db"}, **beside) == expected


def test_the_login_in_a_url_wins_over_the_one_beside_it() -> None:
    found = login("DB_URL", DB_URL="postgres://u:p@db/x", DB_USER="other", DB_PASSWORD="other", DB_NAME="other")
    assert found == {"USER": "u", "PASSWORD": "p", "DB": "x"}


def test_the_variables_beside_a_host_are_told_by_their_own_names() -> None:
    found = project(f"{DB}  web:\n    image: app\n    environment: {{DB_HOST: db, DB_LOGIN: u, DB_PASS: p}}\n")
    values = company_of(found, one_variable(found, "DB_HOST"))
    assert {name: value.name for name, value in values.items()} == {
        "POSTGRES_USER": "DB_LOGIN",
        "POSTGRES_PASSWORD": "DB_PASS",
    }


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("POSTGRES_PASSWORD", "ü" * (LONGEST_PASSWORD // 2) + "x", "password-too-long"),
        ("POSTGRES_PASSWORD", "md5" + "0" * 32, "password-like-a-hash"),
        ("POSTGRES_PASSWORD", "SCRAM-SHA-256$4096:a", "password-like-a-hash"),
        ("POSTGRES_PASSWORD", "hunter\r2", "login-unusable"),
        ("POSTGRES_USER", "app ", "login-unusable"),
        ("POSTGRES_USER", "u" * 128, "login-unusable"),
        ("POSTGRES_USER", '"' * 64, "login-unusable"),  # written as two each
        ("POSTGRES_DB", "d" * 64, "login-unusable"),
        ("POSTGRES_DB", "pgbouncer", "login-unusable"),
    ],
)
def test_a_login_that_the_pooler_cannot_start_with_is_refused(name: str, text: str, code: str) -> None:
    said = said_by("compose.yml:7", {name: text})
    assert not is_usable(said)
    with pytest.raises(DevpoolError) as caught:
        refuse_unusable(said, ["web", "job"])
    error = caught.value
    assert (error.code, error.where) == (code, "compose.yml:7")
    assert error.hint.endswith("--direct web --direct job")
    assert name != "POSTGRES_PASSWORD" or text not in str(error) + error.hint


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("POSTGRES_PASSWORD", "x" * LONGEST_PASSWORD),
        ("POSTGRES_PASSWORD", " p "),
        ("POSTGRES_PASSWORD", "md5"),
        ("POSTGRES_USER", "u" * 127),
        ("POSTGRES_USER", "pgbouncer"),
        ("POSTGRES_DB", "d" * 63),
    ],
)
def test_a_login_at_the_limit_is_taken(name: str, text: str) -> None:
    assert is_usable(said_by("", {name: text}))


ENV = "POSTGRES_PASSWORD=p\nPGDATA=/d\nTZ=UTC\nSTRIPE=sk\nPGPASSWORD=p\nPGBOUNCER_LISTEN_PORT=1\nSTRIPE=sk2\n"


def test_an_env_file_gives_the_pooler_only_what_it_reads_and_what_is_harmless() -> None:
    found = project({"compose.yml": f"{DB}    env_file: db.env\n", "db.env": ENV})
    uses = list(env_file_uses(found.services["db"]))
    assert names_withheld(found.sources, uses) == ("STRIPE", "PGPASSWORD", "PGBOUNCER_LISTEN_PORT")


@pytest.mark.parametrize(
    ("path", "shell", "expected"),
    [(".env", {}, True), ("db.env", {}, False), (".env", {"POSTGRES_PASSWORD": "other"}, False)],
)
def test_a_variable_of_dot_env_is_named_unless_the_shell_says_something_else(
    path: str, shell: dict[str, str], expected: bool
) -> None:
    found = project({"compose.yml": f"{DB}    env_file: {path}\n", path: ENV}, shell)
    assert interpolated(found.sources, found.environments["db"]["POSTGRES_PASSWORD"]) == expected
