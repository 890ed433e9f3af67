"""What of a project's variables is the pooler's, what stays, and what is more than any project has."""

from __future__ import annotations

import pytest
from memory_project import Files, project

from devpool.errors import DevpoolError

DB = "services:\n  db:\n    image: postgres:17\n"


def settings(text: Files | str) -> list[tuple[str, str, str, str]]:
    return [(s.service, s.name, s.kind, s.database) for s in project(text).connection_variables]


def web(*variables: str, db: str = DB) -> str:
    return db + "  web:\n    image: app\n    environment:\n" + "".join(f"      {v}\n" for v in variables)


def kept(*variables: str, db: str = DB) -> list[str]:
    return [s.name for s in project(web(*variables, db=db)).kept]


PROXY = "services:\n  proxy:\n    image: haproxy:3\n"


@pytest.mark.parametrize(
    ("variables", "others"),
    [
        (["U: postgres://u:p@proxy:5000/x", "V: postgres://u:p@proxy:5001/x"], ["V"]),
        (["READ_URL: postgres://u:p@proxy:5001/x", "U: postgres://u:p@proxy:5000/x"], ["READ_URL"]),
        (["READ_URL: postgres://u:p@proxy:5001/x"], []),
        ([f"{n}: postgres://u:p@proxy:500{p}/x" for n, p in (("A", 1), ("B", 0), ("C", 0))], ["A"]),
        (
            ["U: postgres://u:p@proxy:5000/x", "RO_DB_HOST: proxy", "RO_DB_PORT: 5001"],
            ["RO_DB_HOST", "RO_DB_PORT"],
        ),
        (["U: postgres://u:p@proxy:5000/x", "V: postgres://u:p@proxy/x"], []),
    ],
)
def test_behind_what_forwards_another_port_is_another_server(variables: list[str], others: list[str]) -> None:
    assert sorted(kept(*variables, db=PROXY)) == others


def test_of_a_database_itself_each_port_leads_to_it() -> None:
    assert kept("U: postgres://u:p@db:5432/x", "V: postgres://u:p@db:5433/x") == []


@pytest.mark.parametrize(("number", "refused"), [(100, False), (101, True)])
def test_a_variable_with_more_addresses_than_any_has_is_refused(number: int, refused: bool) -> None:
    text = web(f"U: '{' '.join(['postgres://db/x'] * number)}'")
    if not refused:
        assert len(settings(text)) == number
        return
    with pytest.raises(DevpoolError, match=r"`web.U` has more than 100 database addresses") as caught:
        settings(text)
    assert (caught.value.code, caught.value.where) == ("too-large", "/project/compose.yml:7")


def test_an_env_file_in_raw_form_gives_its_characters() -> None:
    compose = f"{DB}  web:\n    image: app\n    env_file: [{{path: a.env, format: raw}}]\n"
    found = project({"compose.yml": compose, "a.env": 'A="${B}"\nB=c\n'})
    assert found.environments["web"]["A"].text == '"${B}"'
    assert found.written["/project/a.env"]["B"].text == "c"


@pytest.mark.parametrize(
    "name",
    [
        "DIRECT_URL",
        "DATABASE_URL_DIRECT",
        "DATABASE_URL_UNPOOLED",
        "POSTGRES_URL_NON_POOLING",
        "SPRING_LIQUIBASE_URL",
        "FLYWAY_URL",
        "MIGRATION_DATABASE_URL",
    ],
)
def test_a_setting_that_its_name_calls_direct_keeps_its_value(name: str) -> None:
    found = project(web(f"{name}: postgres://u:p@db:5432/x"))
    assert ([s.name for s in found.connection_variables], [s.name for s in found.kept]) == ([], [name])


def test_a_pooler_of_the_users_is_no_app() -> None:
    found = project(DB + "  pool:\n    image: edoburu/pgbouncer\n    environment:\n      DB_HOST: db\n")
    assert (found.connection_variables, found.poolers) == ((), {"pool"})


@pytest.mark.parametrize(
    "variable",
    [
        "LONG_RUNNING_SESSION_HOST",
        "LISTEN_DB_HOST",
        "ADVISORY_LOCK_DB_HOST",
        "REPLICATION_HOST",
        "DB_HOST_NO_POOL",
        "SHADOW_DATABASE_HOST",
        "ODOO_IMDISPATCHER_DB_HOST",
        "ODOO_CRON_DB_HOST",
        "NOTIFY_DB_HOST",
        "BUS_DB_HOST",
        "LOCK_DB_HOST",
        "OWNER_DB_HOST",
    ],
)
def test_a_name_that_says_past_the_pooler_is_kept(variable: str) -> None:
    found = project(web("HOST: db", f"{variable}: db"))
    assert [s.name for s in found.connection_variables] == ["HOST"]
    assert [s.name for s in found.kept] == [variable]


@pytest.mark.parametrize("variable", ["NOTIFY_DB_HOST", "SESSION_DB_HOST", "NOTIFICATION_DB_HOST", "CLOCK_DB_HOST"])
def test_an_only_address_with_a_word_of_two_meanings_is_an_app_s(variable: str) -> None:
    assert settings(web(f"{variable}: db")) == [("web", variable, "host", "db")]
