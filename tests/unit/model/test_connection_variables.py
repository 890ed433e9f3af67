"""The variables by which services reach their databases."""

from __future__ import annotations

import pytest
from memory_project import Files, project, sources

from devpool.model.connection_variables import companions, published_ports

DB = "services:\n  db:\n    image: postgres:17\n"


def settings(text: Files | str) -> list[tuple[str, str, str, str]]:
    return [(s.service, s.name, s.kind, s.database) for s in project(text).connection_variables]


def web(*variables: str, db: str = DB) -> str:
    return db + "  web:\n    image: app\n    environment:\n" + "".join(f"      {v}\n" for v in variables)


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ("['5432:5432']", {"5432": "5432"}),
        ("['127.0.0.1:5433:5432/tcp']", {"5433": "5432"}),
        ("['[::1]:5433:5432']", {"5433": "5432"}),
        ("['${PORT:-5433}:5432']", {"5433": "5432"}),
        ("[5432]", {}),  # at a port of the host that Docker chooses
        ("[{target: 5432, published: '5433'}]", {"5433": "5432"}),
        ("[{target: 5432}]", {}),
        ("['5432-5433:5432-5433/tcp']", {"5432": "5432", "5433": "5433"}),
        ("['127.0.0.1:6000-6001:5432-5433']", {"6000": "5432", "6001": "5433"}),
        ("['6000-6001:5432']", {"6000": "5432", "6001": "5432"}),
        ("[{target: 5432, published: 6000-6001}]", {"6000": "5432", "6001": "5432"}),
        ("['5432-5433']", {}),
        ("['5433:5432', {target: 80, published: 8080}]", {"5433": "5432", "8080": "80"}),
    ],
)
def test_a_port_is_published_in_the_short_form_and_in_the_long_one(ports: str, expected: dict[str, str]) -> None:
    assert published_ports(sources(f"{DB}    ports: {ports}\n").services["db"]) == expected


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("PGHOST", ["PGPORT"]),
        ("db_host", ["db_port"]),
        ("DB_HOSTNAME", ["DB_PORT"]),
        ("DB_SERVER_NAME", ["DB_PORT"]),
        ("HOST_DB_ADDR", ["PORT_DB_ADDR", "HOST_DB_PORT"]),
        ("DATABASE", []),
    ],
)
def test_the_port_of_a_host_is_named_like_it(host: str, port: list[str]) -> None:
    assert companions(host, "PORT") == port


@pytest.mark.parametrize("host", ["db", "DB", "db.", "Db"])
def test_a_name_does_not_heed_case_and_may_end_in_a_dot(host: str) -> None:
    assert settings(web(f"U: postgres://u:p@{host}:5432/x")) == [("web", "U", "url", "db")]


@pytest.mark.parametrize(
    ("command", "kinds"),
    [
        ("app --url postgres://u:p@db/x", ["url"]),
        ("[app, 'postgres://u:p@db/x', 'jdbc:postgresql://db/x']", ["url", "jdbc"]),
        ("wait-for db:5432", []),
        ("app host=db", []),
    ],
)
def test_a_command_names_a_database_only_by_a_url(command: str, kinds: list[str]) -> None:
    text = f"{DB}  web:\n    image: app\n    command: {command}\n"
    assert settings(text) == [("web", "command", kind, "db") for kind in kinds]


def test_a_link_s_other_name_means_the_database_for_one_service_alone() -> None:
    text = web("DB_HOST: pg") + "    links: ['db:pg']\n  job:\n    image: app\n    environment: {DB_HOST: pg}\n"
    assert settings(text) == [("web", "DB_HOST", "host", "db")]


def test_an_alias_counts_on_its_own_network_alone() -> None:
    db = f"{DB}    networks: {{back: {{aliases: [pg]}}, front: }}\n"
    for network, known in (("back", True), ("front", False)):
        assert bool(settings(web("DB_HOST: pg", db=db) + f"    networks: [{network}]\n")) == known


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (["DB_HOST: shop-db-1"], ["DB_HOST"]),
        (["DB_HOST: shop_db_1"], ["DB_HOST"]),
        (["DB_HOST: shop-db-2"], []),
        (["DB_HOST: db", "OTHER_DB_HOST: shop-db-1"], ["DB_HOST"]),  # maybe another project's
    ],
)
def test_the_container_s_name_that_compose_makes_means_the_database_where_nothing_else_does(
    variables: list[str], found: list[str]
) -> None:
    assert [name for _, name, _, _ in settings(web(*variables))] == found


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (["U: postgres://u:p@localhost:5433/x"], ["U"]),
        (["U: postgres://u:p@127.0.0.1:5433/x"], ["U"]),
        (["U: postgres://u:p@localhost:5432/x"], []),
        (["U: postgres://u:p@localhost/x"], []),
        (["DB_HOST: localhost", "DB_PORT: 5433"], ["DB_HOST", "DB_PORT"]),
        (["DB_HOST: localhost"], []),
    ],
)
def test_in_the_host_s_network_a_published_port_means_the_database(variables: list[str], found: list[str]) -> None:
    text = web(*variables, db=f"{DB}    ports: ['5433:5432']\n") + "    network_mode: host\n"
    mine = project(text).connection_variables
    assert ([s.name for s in mine], {s.published for s in mine}) == (found, {True} if found else set())


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (["U: postgres://u:p@localhost/x"], ["U"]),
        (["DB_HOST: localhost", "DB_PORT: 5432"], ["DB_HOST", "DB_PORT"]),
        (["PGHOST: localhost"], ["PGHOST"]),
        (["CACHE_HOST: localhost"], []),
    ],
)
def test_in_the_database_s_own_network_localhost_means_it(variables: list[str], found: list[str]) -> None:
    text = web(*variables) + "    network_mode: service:db\n"
    assert [name for _, name, _, _ in settings(text)] == found


@pytest.mark.parametrize(
    "variable",
    [
        "DATABASE_URL: postgres://u:p@elsewhere:5432/x",
        "DATABASE_URL: mysql://u:p@db:3306/x",
        "POSTGRES_USER: db",
        "DB_USER: db",
        "DB_PASSWORD: db",
        "DB_NAME: db",
        "DB_ENGINE: db",
        "POSTGREST_HOST: rest",
        "ALLOWED_HOSTS: db",
        "CACHE_HOST: cache",
        "NO_PROXY: db",
        "X: db",
        "URL: http://db:8000/",
    ],
)
def test_a_variable_that_does_not_lead_to_the_database_is_no_setting(variable: str) -> None:
    assert settings(web(variable)) == []


@pytest.mark.parametrize(
    ("variable", "name", "kind"),
    [
        ("DATABASE_URL: postgres://u:p@db:5432/x", "DATABASE_URL", "url"),
        ("ANY_NAME: postgres://u:p@db/x", "ANY_NAME", "url"),
        ("spring.datasource.url: jdbc:postgresql://db:5432/x", "spring.datasource.url", "jdbc"),
        ("DSN: host=db user=u", "DSN", "dsn"),
        ("ConnectionStrings__Default: Host=db;Port=5432", "ConnectionStrings__Default", "dsn"),
        ("PGHOST: db", "PGHOST", "host"),
        ("DB_HOST: db", "DB_HOST", "host"),
        ("RSTUF_SQL_SERVER: db", "RSTUF_SQL_SERVER", "host"),
        ("POSTGRES_SEEDS: db", "POSTGRES_SEEDS", "host"),
        ("DB_ADDR: db:5432", "DB_ADDR", "host"),
        ("POSTGRES_IP: db", "POSTGRES_IP", "host"),
    ],
)
def test_a_setting_is_known_by_its_value_and_not_by_its_name(variable: str, name: str, kind: str) -> None:
    assert settings(web(variable)) == [("web", name, kind, "db")]


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("PGHOST", "PGPORT"),
        ("DB_HOST", "DB_PORT"),
        ("POSTGRES_SERVER", "POSTGRES_PORT"),
        ("DB_HOSTNAME", "DB_PORT"),
        ("db_host", "db_port"),
        ("POSTGRES_SEEDS", "DB_PORT"),
        ("MB_DB_HOST", "MB_DB_PORT"),
        ("CONF_Database.Host", "CONF_Database.Port"),
        ("db.hostName", "db.port"),
        ("POSTGRES_IP", "POSTGRES_PORT"),
    ],
)
def test_the_port_beside_a_host_is_a_setting_too(host: str, port: str) -> None:
    found = settings(web(f"{host}: db", f"{port}: '5432'"))
    assert found == [("web", host, "host", "db"), ("web", port, "port", "db")]


@pytest.mark.parametrize("other", ["PORT: '8000'", "REDIS_PORT: '6379'", "DB_PORT: ''", "WEB_PORT: '5432'"])
def test_a_port_of_something_else_is_left_alone(other: str) -> None:
    assert settings(web("DB_HOST: db", other)) == [("web", "DB_HOST", "host", "db")]


@pytest.mark.parametrize(
    "body",
    [
        "    container_name: real-db\n",
        "    hostname: real-db\n",
        "    networks:\n      default:\n        aliases: [real-db]\n",
        "    networks:\n      default:\n        aliases:\n          - x\n          - real-db\n",
    ],
)
def test_a_database_is_known_by_all_its_names(body: str) -> None:
    assert settings(web("DB_HOST: real-db", db=DB + body)) == [("web", "DB_HOST", "host", "db")]


def test_the_databases_own_variables_are_no_settings() -> None:
    assert settings(DB + "    environment:\n      PGHOST: db\n      U: postgres://u:p@db/x\n") == []


def test_settings_go_to_the_database_that_they_name() -> None:
    text = "services:\n  one:\n    image: postgres\n  two:\n    image: postgres\n" + web(
        "A: postgres://u:p@one/x", "B: postgres://u:p@two/x", db=""
    )
    assert [(v, d) for _, v, _, d in settings(text)] == [("A", "one"), ("B", "two")]


def test_one_variable_may_hold_several_settings() -> None:
    assert len(settings(web("A: postgres://u:p@db/x postgres://u:p@db:5432/y"))) == 2


def test_a_url_with_several_hosts_is_remembered_as_not_placed() -> None:
    assert project(web("A: postgres://u:p@db:5432,db2:5432/x")).unplaced == (("web", "A"),)


@pytest.mark.parametrize(
    ("variable", "is_host"),
    [
        ("USERS_DB_HOST", True),
        ("USER_SERVICE_DB_HOST", True),
        ("DB_USER_HOST", True),
        ("PASSPORT_DB_HOST", True),
        ("SCHEMA_REGISTRY_DB_HOST", True),
        ("ENGINE_DB_HOST", True),
        ("users_db_host", True),
        ("DB_HOST_USER", False),
        ("DB_SERVER_PASSWORD", False),
        ("HOST_SCHEMA", False),
        ("TRUSTED_HOSTS", False),
        ("POSTGRES_HOST_AUTH_METHOD", False),
    ],
)
def test_the_last_word_of_a_name_decides_whether_it_is_a_host(variable: str, is_host: bool) -> None:
    assert bool(settings(web(f"{variable}: db"))) == is_host


def test_one_name_of_two_databases_means_the_one_that_a_profile_has_together_with_the_app() -> None:
    one = "  {0}:\n    image: postgres:17\n    container_name: db\n    profiles: [{0}]\n"
    app = "  web-{0}:\n    image: app\n    profiles: [{0}]\n    environment:\n      DATABASE_URL: postgres://db/x\n"
    text = "services:\n" + "".join(each.format(name) for each in (one, app) for name in ("dev", "prod"))
    assert [each[::3] for each in settings(text)] == [("web-dev", "dev"), ("web-prod", "prod")]
