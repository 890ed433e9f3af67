"""What enable will change, in the project's terms, and what it refuses by name."""

from __future__ import annotations

import pytest
from memory_project import Files, planned

from devpool.decide.find_credentials import find_credentials
from devpool.decide.plan import Plan, twin_of
from devpool.errors import DevpoolError

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "DATABASE_URL: postgres://postgres:hunter2@db:5432/postgres"


def app(*variables: str, name: str = "web", more: str = "") -> str:
    return f"  {name}:\n    image: app\n{more}    environment:\n" + "".join(f"      {v}\n" for v in variables)


def plan(files: Files | str, shell: dict[str, str] | None = None, **options: object) -> Plan:
    return planned(files, shell, **options)[1]


def refusal(files: Files | str, shell: dict[str, str] | None = None, **options: object) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        plan(files, shell, **options)
    assert caught.value.hint
    assert "hunter2" not in caught.value.message + caught.value.hint
    return caught.value


def test_nothing_is_planned_where_there_is_nothing_to_pool() -> None:
    found = plan(DB + app("A: b"))
    assert (found.poolers, found.routes, found.moves) == ((), (), ())


def test_nothing_is_planned_where_every_app_stays_direct() -> None:
    found = plan(DB + app(URL), direct=("web",))
    assert (found.poolers, found.moves, len(found.routes)) == ((), (), 1)


@pytest.mark.parametrize("mode", ["none", "host", "bridge", "service:vpn"])
def test_a_database_without_a_network_of_the_project_gets_no_pooler_for_the_host(mode: str) -> None:
    alone = DB.replace("image:", f"network_mode: {mode}\n    image:") + "  vpn:\n    image: vpn\n"
    assert refusal(alone, publish=6432).code == "no-shared-network"
    assert plan(alone).poolers == ()


def test_an_app_with_a_port_goes_to_6432() -> None:
    (pooler,) = plan(DB + app(URL)).poolers
    assert (pooler.name, pooler.database, pooler.port, pooler.upstream_port, pooler.apps) == (
        "pgbouncer",
        "db",
        "6432",
        "5432",
        ("web",),
    )


@pytest.mark.parametrize(
    ("variables", "port"),
    [
        (["DB_HOST: db", "DB_PORT: '5432'"], "6432"),
        (["DB_HOST: db"], "5432"),
        (["U: postgres://u:p@db/x"], "5432"),
        ([URL, "U: postgres://u:p@db/x"], "5432"),
        (["U: jdbc:postgresql://db/x"], "5432"),
        (["U: host=db user=u"], "5432"),
        (["DB_ADDR: db:5432"], "6432"),
        (["DB_HOST: db", "MEDIA_DB_HOST: db", "MEDIA_DB_PORT: 5432"], "5432"),
        (["DB_HOST: db", "DB_PORT: 5432", "LISTEN_DB_HOST: db"], "5432"),  # this one stays, and uses the same port
        (["DB_HOST: db", "DB_PORT: 5432", "LISTEN_DB_HOST: db", "LISTEN_DB_PORT: 5432"], "6432"),
        (["DB_HOST: db", "DB_PORT: 5432", "MEDIA_DB_HOST: db", "MEDIA_DB_PORT: 5432"], "6432"),
    ],
)
def test_where_an_app_names_no_port_the_pooler_listens_on_postgres_own(variables: list[str], port: str) -> None:
    assert plan(DB + app(*variables)).poolers[0].port == port


def test_one_app_without_a_port_decides_for_all_of_its_pooler() -> None:
    assert plan(DB + app(URL) + app("DB_HOST: db", name="job")).poolers[0].port == "5432"


def test_a_direct_app_without_a_port_decides_nothing() -> None:
    assert plan(DB + app(URL) + app("DB_HOST: db", name="job"), direct=("job",)).poolers[0].port == "6432"


def test_the_user_chooses_name_and_port() -> None:
    (pooler,) = plan(DB + app(URL), name="pool", port="7000").poolers
    assert (pooler.name, pooler.port) == ("pool", "7000")


def test_a_port_that_a_url_without_one_can_take_is_taken() -> None:
    assert plan(DB + app("U: postgres://u:p@db/x"), port="7000").poolers[0].port == "7000"


def test_a_database_on_another_port_is_reached_there() -> None:
    assert plan(DB + app("U: postgres://u:p@db:5433/x")).poolers[0].upstream_port == "5433"


def test_each_database_gets_a_pooler_named_after_it() -> None:
    text = DB + "  log:\n    image: postgres:17\n" + app(URL, "LOG_URL: postgres://u:p@log:5432/x")
    assert [(p.name, p.database) for p in plan(text).poolers] == [("pgbouncer-db", "db"), ("pgbouncer-log", "log")]


@pytest.mark.parametrize(
    ("lines", "condition"),
    [
        ("", "service_started"),
        ("    healthcheck:\n      test: pg_isready\n", "service_healthy"),
        ("    healthcheck:\n      test: [CMD, pg_isready]\n", "service_healthy"),
        ("    healthcheck:\n      test: [NONE]\n", "service_started"),
        ("    healthcheck:\n      disable: true\n", "service_started"),
        ("    healthcheck:\n      interval: 3s\n", "service_started"),
    ],
)
def test_the_pooler_waits_as_the_database_lets_it(lines: str, condition: str) -> None:
    assert plan(DB + lines + app(URL)).poolers[0].condition == condition


def test_the_pooler_takes_the_databases_profiles_and_restart_policy() -> None:
    (pooler,) = plan(DB + "    profiles: [a, b]\n    restart: unless-stopped\n" + app(URL)).poolers
    assert (pooler.profiles, pooler.restart) == (("a", "b"), "unless-stopped")


@pytest.mark.parametrize(
    ("of_db", "of_web", "networks"),
    [
        ("", "", ()),
        ("[default]", "", ()),
        ("[back]", "[back, front]", ("back",)),
        ("[default, back]", "[back]", ("back",)),
        ("[default, back]", "[default, back]", ("default", "back")),
        ("{back: {aliases: [x]}}", "[back]", ("back",)),
    ],
)
def test_the_pooler_joins_the_networks_where_app_and_database_meet(
    of_db: str, of_web: str, networks: tuple[str, ...]
) -> None:
    lines = [f"    networks: {n}\n" if n else "" for n in (of_db, of_web)]
    assert plan(DB + lines[0] + app(URL, more=lines[1])).poolers[0].networks == networks


def wheres(files: Files | str, shell: dict[str, str] | None = None, **options: object) -> dict[str, str]:
    moves = plan(files, shell, **options).moves
    return {f"{m.setting.service}.{m.setting.variable}": m.where if m.how == "text" else m.how for m in moves}


def test_a_value_that_only_one_app_reads_is_changed_where_it_is_written() -> None:
    assert wheres(DB + app(URL)) == {"web.DATABASE_URL": "origin"}


SHARED = "x-env: &env\n  DB_HOST: db\n  DB_PORT: '5432'\n" + DB
READERS = "  web: {environment: *env}\n  job: {environment: *env}\n"


def test_a_value_that_all_its_readers_take_to_the_pooler_is_changed_where_it_is_written() -> None:
    assert set(wheres(SHARED + READERS).values()) == {"origin"}


def test_a_value_that_a_direct_service_reads_too_is_not_touched() -> None:
    found = wheres(SHARED + READERS, direct=("job",))
    assert found == {"web.DB_HOST": "own", "web.DB_PORT": "own"}


def test_a_value_that_the_database_reads_too_is_not_touched() -> None:
    files = {
        "compose.yml": "services:\n  db:\n    image: postgres\n    env_file: a.env\n  web:\n    env_file: a.env\n",
        "a.env": "PGHOST=db\nPGPORT=5432\n",
    }
    assert wheres(files) == {"web.PGHOST": "own", "web.PGPORT": "own"}


def test_a_line_of_dot_env_that_other_text_takes_over_is_not_touched() -> None:
    files = {
        "compose.yml": DB + "    labels: {x: '${PGHOST}'}\n  web:\n    env_file: .env\n",
        ".env": "PGHOST=db\n",
    }
    assert wheres(files) == {"web.PGHOST": "own"}


@pytest.mark.parametrize("written", ["DATABASE_URL: ${URL}", "DATABASE_URL: '${URL}?a=b'", "DATABASE_URL: ${URL:-x}"])
def test_a_url_that_dot_env_holds_goes_through_a_second_variable(written: str) -> None:
    files = {"compose.yml": DB + app(written), ".env": "URL=postgres://postgres:hunter2@db:5432/x\n"}
    assert wheres(files) == {"web.DATABASE_URL": "second"}


def test_a_default_in_an_expression_is_changed_where_it_is_written() -> None:
    assert wheres(DB + app("DATABASE_URL: ${URL:-postgres://postgres:x@db:5432/x}")) == {"web.DATABASE_URL": "origin"}


def test_a_url_that_only_the_shell_holds_is_refused() -> None:
    error = refusal(DB + app("DATABASE_URL: ${URL}"), {"URL": "postgres://postgres:hunter2@db:5432/x"})
    assert error.code == "only-in-shell"
    assert "URL" in error.hint


@pytest.mark.parametrize("written", ['"postgres://u:p\\\\q@db:5432/x"', "|\n        postgres://u:p@db:5432/x"])
def test_a_value_with_escapes_or_on_several_lines_is_changed_where_it_is_written(written: str) -> None:
    assert wheres(DB + app(f"DATABASE_URL: {written}")) == {"web.DATABASE_URL": "origin"}


def test_an_address_that_an_escape_spells_is_refused() -> None:
    """A record that anyone can write must not restore such a text."""
    assert refusal(DB + app('DATABASE_URL: "postgres://u:p@\\x64b:5432/x"')).code == "value-not-plain"


def test_an_app_in_the_host_s_network_is_pooled_through_a_port_of_the_host_alone() -> None:
    web = "  web:\n    image: x\n    network_mode: host\n    environment: {URL: 'postgres://u:p@localhost:5432/x'}\n"
    database = DB.replace("image: postgres:17\n", "image: postgres:17\n    ports: ['5432:5432']\n", 1)
    assert refusal(database + web, pool=("web",)).code == "no-shared-network"


def test_a_url_with_several_hosts_is_refused() -> None:
    text = DB + app(URL, "U: postgres://u:hunter2@db:5432,b:5432/x")
    assert refusal(text).code == "several-hosts"
    assert not plan(text, direct=("web",)).moves


def test_a_name_that_is_taken_is_refused() -> None:
    error = refusal(DB + app(URL) + "  pgbouncer:\n    image: x\n")
    assert (error.code, error.where) == ("pooler-name-taken", "/project/compose.yml:11")


def test_apps_that_reach_the_database_at_different_ports_are_refused() -> None:
    assert refusal(DB + app(URL, "U: postgres://u:hunter2@db:5433/x")).code == "ports-differ"


@pytest.mark.parametrize(
    "variables",
    [
        ("DATABASE_URL: postgres://u:hunter2@db:99999/x",),
        ("DATABASE_URL: postgres://u:hunter2@db:0/x",),
        ("DB_HOST: db", "DB_PORT: '70000'"),
        ("PGHOST: db", "PGPORT: high"),
        ("DSN: host=db port=65536 user=u password=hunter2 dbname=x",),
    ],
)
def test_what_is_no_port_is_refused(variables: tuple[str, ...]) -> None:
    text = DB + app(*variables)
    assert refusal(text).code == "port-not-valid"
    assert not plan(text, direct=("web",)).moves


def test_a_port_that_a_host_alone_cannot_take_is_refused() -> None:
    assert refusal(DB + app("DB_HOST: db"), port="6432").code == "no-port-variable"


def test_an_app_that_shares_no_network_with_the_database_stays_direct_and_cannot_be_pooled() -> None:
    text = DB + "    networks: [back]\n" + app(URL, more="    networks: [front]\n")
    assert not plan(text).moves
    assert refusal(text, pool=("web",)).code == "no-shared-network"


@pytest.mark.parametrize(
    ("variable", "twin"),
    [("DATABASE_URL", "DATABASE_URL_DIRECT"), ("DSN", "DSN_DIRECT"), ("spring.url", "spring.url_DIRECT")],
)
def test_the_old_value_of_a_url_is_kept_under_its_direct_name(variable: str, twin: str) -> None:
    (move,) = plan(DB + app(f"{variable}: postgres://u:p@db:5432/x")).moves
    assert twin_of(move.setting, [variable]) == twin


def test_a_direct_name_that_is_there_already_is_the_users() -> None:
    (move,) = plan(DB + app("DATABASE_URL: postgres://u:p@db:5432/x", "DATABASE_URL_DIRECT: mine")).moves
    assert twin_of(move.setting, ["DATABASE_URL", "DATABASE_URL_DIRECT"]) is None


def test_hosts_and_ports_have_no_twin() -> None:
    assert [twin_of(m.setting, []) for m in plan(DB + app("PGHOST: db", "PGPORT: '5432'")).moves] == [None, None]


@pytest.mark.parametrize("name", ["../web", "'a b'", r'"a\nb"'])
def test_a_service_with_a_name_that_compose_does_not_allow_is_refused(name: str) -> None:
    assert refusal(DB + app(URL, name=name)).code == "name-not-plain"


def test_a_variable_with_control_characters_in_its_name_is_refused() -> None:
    assert refusal(DB + app(URL.replace("DATABASE_URL", r'"A\0B_URL"'))).code == "name-not-plain"


def test_a_pooler_name_that_compose_does_not_allow_is_a_usage_error() -> None:
    found = refusal(DB + app(URL), name="a b")
    assert (found.code, found.exit_code) == ("bad-name", 2)


def test_on_the_machine_of_a_server_outside_only_what_says_postgres_is_a_setting() -> None:
    own = ("POSTGRES_HOST: box.corp.io", "POSTGRES_USER: u", "POSTGRES_PASSWORD: hunter2")
    others = ("REDIS_HOST: box.corp.io", "SMTP_HOST: box.corp.io", "ELASTIC_URI: box.corp.io:9200")
    named = ("DB_HOST: box.corp.io", "DB_PASSWORD: hunter2")
    found = plan("services:\n" + app(*own, *others) + app(*others, name="search") + app(*named, name="job"))
    moved = {(m.setting.service, m.setting.variable) for m in found.moves}
    assert moved == {("web", "POSTGRES_HOST"), ("job", "DB_HOST")}


def test_user_and_database_in_secrets_are_given_to_the_pooler_too() -> None:
    names = "".join(f"      POSTGRES_{n}_FILE: /run/secrets/{n}\n" for n in ("USER", "PASSWORD", "DB"))
    database = f"services:\n  db:\n    image: postgres:17\n    environment:\n{names}    secrets: [USER, PASSWORD, DB]\n"
    project, found = planned(database + app("PGHOST: db", "PGPORT: '5432'"))
    given = find_credentials(project, "db", [m.setting for m in found.moves])
    assert {name for name, _ in given.copied} == {f"POSTGRES_{n}_FILE" for n in ("USER", "PASSWORD", "DB")}
    assert given.secrets == ("USER", "PASSWORD", "DB")
