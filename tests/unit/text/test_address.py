"""Where a value names a Postgres server: the spans of host and port, and no password in what is shown."""

from __future__ import annotations

import pytest

from devpool.redact.sentences import redact
from devpool.text.address import bare_host, find_addresses, leads_to, moved, several_hosts


@pytest.mark.parametrize(
    "value",
    [
        "",
        "postgres",
        "true",
        "5432",
        "redis://cache:6379/0",
        "mysql://u:p@db:3306/x",
        "mongodb://u:p@db:27017/x",
        "amqp://u:p@db:5672//",
        "http://db:5432/",
        "https://postgresql.org/docs",
        "sqlite:///postgres.db",
        "cloudspanner://postgres",
        "postgresql+psycopg2",
        "postgres:17-alpine",
        "/var/run/postgresql",
        "postgresql:///x?host=/var/run/postgresql",
        "jdbc:mysql://db:3306/x",
        "user=app dbname=x",
        "a:b:c",
        "[::1]",
        "C:\\data",
    ],
)
def test_a_value_that_names_no_postgres_server_has_no_address(value: str) -> None:
    assert find_addresses(value) == []


@pytest.mark.parametrize(
    ("value", "kind", "host", "port"),
    [
        ("postgres://db", "url", "db", None),
        ("postgres://db:5432", "url", "db", "5432"),
        ("postgres://db/x", "url", "db", None),
        ("postgresql://u@db/x", "url", "db", None),
        ("postgresql://u:p@db:5432/x", "url", "db", "5432"),
        ("postgresql://u:p@db:5432/x?sslmode=disable&a=b#c", "url", "db", "5432"),
        ("postgresql://u:p@db?sslmode=disable", "url", "db", None),
        ("POSTGRES://u:p@db:5432/x", "url", "db", "5432"),
        ("postgresql+asyncpg://u:p@db:5432/x", "url", "db", "5432"),
        ("postgresql+psycopg2://u:p@db/x", "url", "db", None),
        ("postgis://u:p@db:5432/x", "url", "db", "5432"),
        ("ecto://u:p@db/x", "url", "db", None),
        ("db+postgresql://u:p@db/x", "url", "db", None),
        ("vertx-reactive:postgresql://db:5432/x", "url", "db", "5432"),
        ("jdbc:p6spy:postgresql://db:5432/x", "jdbc", "db", "5432"),
        ("r2dbc:pool:postgresql://db/x", "jdbc", "db", None),
        ("pgsql:host=db;port=5432;dbname=x", "dsn", "db", "5432"),
        ("postgresql://u:p@/x?sslmode=disable&host=db&port=5432", "url", "db", "5432"),
        ("postgresql:///x?host=db", "url", "db", None),
        ("postgres://u:p@my-db.internal_net:5432/x", "url", "my-db.internal_net", "5432"),
        ("postgres://u:p@10.0.0.5:5432/x", "url", "10.0.0.5", "5432"),
        ("postgres://u:p@[fd00::5]:5432/x", "url", "[fd00::5]", "5432"),
        ("postgres://u:p@[fd00::5]/x", "url", "[fd00::5]", None),
        ("postgres://u:p@ss@db:5432/x", "url", "db", "5432"),
        ("postgres://u:p:q@db:5432/x", "url", "db", "5432"),
        ("postgres://u:p%40%2F@db:5432/x", "url", "db", "5432"),
        ("postgres://u:p/q@db:5432/x", "url", "db", "5432"),
        ("postgres://u:p#q@db:5432/x", "url", "db", "5432"),
        ("postgres://u:p?q@db:5432/x", "url", "db", "5432"),
        ("postgres://ü:é𝒳@db:5432/x", "url", "db", "5432"),
        ("jdbc:postgresql://db:5432/x", "jdbc", "db", "5432"),
        ("jdbc:postgresql://db/x?user=u&password=p", "jdbc", "db", None),
        ("r2dbc:postgresql://db:5432/x", "jdbc", "db", "5432"),
        ("host=db", "dsn", "db", None),
        ("host=db port=5432 user=u password=p dbname=x", "dsn", "db", "5432"),
        ("user=u password=p host=db dbname=x", "dsn", "db", None),
        ("port=5432 host=db", "dsn", "db", "5432"),
        ("host = 'db' port = '5432'", "dsn", "db", "5432"),
        ("Host=db;Port=5432;Username=u;Password=p;Database=x", "dsn", "db", "5432"),
        ("Server=db;Database=x;User Id=u;Password=p", "dsn", "db", None),
        ("Server=db,5432;Database=x", "dsn", "db", "5432"),
        ("Username=u;Password=p;Server = db ; Port = 5432", "dsn", "db", "5432"),
        ("Data Source=db;Port=5432", "dsn", "db", "5432"),
        ("postgres://u:p@db:/x", "url", "db", None),
        ("postgres://u:p@db:?sslmode=disable", "url", "db", None),
        ("jdbc:postgresql://db:/x", "jdbc", "db", None),
        ("db:", "host", "db", None),
        ("db:5432", "host", "db", "5432"),
        ("my-db.net:5433", "host", "my-db.net", "5433"),
    ],
)
def test_an_address_is_found_with_its_host_and_port(value: str, kind: str, host: str, port: str | None) -> None:
    (found,) = find_addresses(value)
    assert (found.kind, found.host, found.port) == (kind, host, port)
    assert value[slice(*found.host_span)] == host
    assert (value[slice(*found.port_span)] if found.port_span else "") == (port or "")


def test_several_urls_in_a_value_are_found_in_order() -> None:
    value = "primary: postgres://u:p@db/x\nreplica: postgres://u:p@db2:5433/x\n"
    assert [(a.host, a.port) for a in find_addresses(value)] == [("db", None), ("db2", "5433")]


def test_a_url_in_quotes_inside_a_value_ends_with_its_quote() -> None:
    value = '{"url": "postgres://u:p@db:5432/x", "other": 1}'
    assert [(a.host, a.port) for a in find_addresses(value)] == [("db", "5432")]


@pytest.mark.parametrize("value", ["postgres://a,b/x", "postgresql://u:p@a:5432,b:5432/x", "postgres://u@a,b,c"])
def test_a_url_with_several_hosts_is_noticed(value: str) -> None:
    assert several_hosts(value)


@pytest.mark.parametrize("value", ["postgres://a/x", "postgres://u:p@a:5432/x?b=c,d", "a,b"])
def test_a_url_with_one_host_is_not_taken_for_several(value: str) -> None:
    assert not several_hosts(value)


@pytest.mark.parametrize("value", ["db", "my-db", "my_db", "db.internal", "10.0.0.5", "DB"])
def test_a_value_that_is_a_host_name_is_one(value: str) -> None:
    found = bare_host(value)
    assert found is not None
    assert (found.kind, found.host, found.host_span, found.port) == ("host", value, (0, len(value)), None)


@pytest.mark.parametrize("value", ["", "/var/run/postgresql", "a b", "a:1", "a/b", "-a", "a@b"])
def test_a_value_that_is_more_than_a_host_name_is_none(value: str) -> None:
    assert bare_host(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("postgres://u:p@db:5432/x?a=b#c", "postgres://u:p@pool:6432/x?a=b#c"),
        ("postgres://u:p@db/x", "postgres://u:p@pool:6432/x"),
        ("postgres://db:db@db:5432/db", "postgres://db:db@pool:6432/db"),
        ("postgres://u:p@s@db:5432/x", "postgres://u:p@s@pool:6432/x"),
        ("postgres://u:p@[fd00::5]:5432/x", "postgres://u:p@pool:6432/x"),
        ("jdbc:postgresql://db/x", "jdbc:postgresql://pool:6432/x"),
        ("host=db user=u", "host=pool port=6432 user=u"),
        ("port=5432 host=db", "port=6432 host=pool"),
        ("Host=db;Password=p", "Host=pool;Port=6432;Password=p"),
        ("postgres:///x?host=db&a=b", "postgres:///x?host=pool&port=6432&a=b"),
        ("postgres:///x?port=5432&host=db", "postgres:///x?port=6432&host=pool"),
        ("host='db' port='5432'", "host='pool' port='6432'"),
        ("Host=db;Port=5432;Password=p", "Host=pool;Port=6432;Password=p"),
        ("db:5432", "pool:6432"),
        ("postgres://u:p@db:/x", "postgres://u:p@pool:6432/x"),
        ("db:", "pool:6432"),
    ],
)
def test_only_host_and_port_of_a_value_move(value: str, expected: str) -> None:
    (address,) = find_addresses(value)
    assert moved(value, address, "pool", "6432") == expected
    assert leads_to(expected, address, "pool", "6432")


@pytest.mark.parametrize(
    "value",
    ["postgres://u:p@db/x", "jdbc:postgresql://db/x", "host=db user=u"],
)
def test_the_default_port_is_not_written_where_none_stood(value: str) -> None:
    (address,) = find_addresses(value)
    assert moved(value, address, "pool", "5432") == value.replace("//db", "//pool").replace("=db", "=pool").replace(
        "@db", "@pool"
    )


def test_a_bare_host_gets_no_port() -> None:
    address = bare_host("db")
    assert address is not None
    assert moved("db", address, "pool", "6432") == "pool"


@pytest.mark.parametrize(
    "value", ["postgres://u:p@db:5432/x", "postgres://u:p@pool:5432/x", "postgres://u:p@pool/x", ""]
)
def test_a_value_that_goes_elsewhere_does_not_lead_there(value: str) -> None:
    (address,) = find_addresses("postgres://u:p@db:5432/x")
    assert not leads_to(value, address, "pool", "6432")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web.DATABASE_URL -> pgbouncer:6432",
        "postgres://db:5432/x",
        "postgres://u@db:5432/x",
        "see https://example.com/a?b=c",
        "services.web.environment",
        "compose.yml:12",
    ],
)
def test_a_text_without_a_password_is_shown_as_it_is(text: str) -> None:
    assert redact(text) == text


SECRET = "hunter2"


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u:hunter2@db:5432/x",
        "postgresql+asyncpg://u:hunter2@db/x",
        "redis://:hunter2@cache:6379",
        "a postgres://u:hunter2@db/x b postgres://v:hunter2@db/y",
        "postgres://u:hunter2@x@db/x",
        "postgres://u:x@hunter2@db/x",
        "postgres://u:a/hunter2@db/x",
        "postgres://u:a:hunter2@db/x",
        "postgres://u:hunter2%40@db/x",
        "host=db password=hunter2 user=u",
        "host=db password = hunter2",
        "Host=db;Password=hunter2;Database=x",
        "Server=db;Pwd=hunter2",
        "PASSWORD=hunter2",
        "POSTGRES_PASSWORD=hunter2",
        "PGPASSWORD=hunter2",
        "DB_PASSWD=hunter2",
        "jdbc:postgresql://db/x?user=u&password=hunter2",
    ],
)
def test_no_password_is_left_in_a_text_that_is_shown(text: str) -> None:
    assert SECRET not in redact(text)


def test_what_is_no_password_stays_readable() -> None:
    assert redact("postgres://u:hunter2@db:5432/x?a=b") == "postgres://u:***@db:5432/x?a=b"
    assert redact("Host=db;Password=hunter2;Database=x") == "Host=db;Password=***;Database=x"


@pytest.mark.parametrize(
    "text",
    [
        "host=db password='a s3cr3t' user=u",
        "Host=db;Password=a s3cr3t;Database=x",
        "postgres://u:a s3cr3t@db/x",
        "POSTGRES_PASS=s3cr3t",
        "DB_PASSWORD=s3cr3t",
        "redis://:s3cr3t@redis:6379/0",
    ],
)
def test_a_password_is_found_in_every_form_that_an_error_may_quote(text: str) -> None:
    assert "s3cr3t" not in redact(text)


def test_a_comma_in_a_password_is_not_a_list_of_hosts() -> None:
    assert not several_hosts("postgres://u:a,b@db:5432/x")
    assert several_hosts("postgres://u:p@one:5432,two:5432/x")


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["x", "x+", "x:", "a=", "://", "host=", "postgres://", "x@", "pwd= ", "'", "port ="])
def test_a_very_long_value_is_read_in_no_time(piece: str) -> None:
    value = piece * (100_000 // len(piece))
    find_addresses(value)
    several_hosts(value)
