"""A plan as edits of the user's text."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, EXPORTER, TEMPLATE, changed, planned, rewritten

from devpool.decide.planning import with_credentials
from devpool.edit.rewrite import env_text, rewrite
from devpool.model.env_files import env_file_values
from devpool.text.envfile import env_quoted, parse_env

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: p\n"
WEB = "  web:\n    image: app\n    environment:\n      U: postgres://postgres:p@db:5432/x\n"


def services(text: str) -> list[str]:
    return [line.strip(" :") for line in text.splitlines() if line.startswith("  ") and line[2:3] not in ("", " ")]


def test_a_pooler_stands_below_its_database_and_its_exporter_below_it() -> None:
    log = "  log:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: p\n"
    web = WEB + "      L: postgres://postgres:p@log:5432/x\n"
    after = rewritten(DB + log + web, metrics=True)["compose.yml"]
    assert services(after) == [
        *("db", "pgbouncer-db", "pgbouncer-db-exporter"),
        *("log", "pgbouncer-log", "pgbouncer-log-exporter"),
        "web",
    ]


def test_a_blank_line_separates_it_where_one_separates_its_neighbors() -> None:
    assert "p\n\n  pgbouncer:\n" in rewritten(f"{DB}\n{WEB}")["compose.yml"]
    assert "p\n  pgbouncer:\n" in rewritten(f"{DB}{WEB}")["compose.yml"]


def test_nothing_outside_of_the_edits_changes() -> None:
    text = f"# é\r\n{DB}{WEB}# end".replace("\r\n", "\n")
    after = rewritten(text)["compose.yml"]
    lines = iter(after.splitlines())
    kept = [line for line in text.splitlines() if "@db:5432" not in line]
    assert [line for line in kept if line not in lines] == []
    assert after.endswith("\n# end")


def test_where_a_pooler_follows_an_app_the_app_s_own_additions_come_first() -> None:
    text = "services:\n  web:\n    image: app\n    environment:\n      U: postgres://u:p@db.shop.io:5432/x"
    after = rewritten(text)["compose.yml"]
    assert after.index("U_DIRECT") < after.index("    depends_on:\n      pgbouncer:") < after.index("\n  pgbouncer:\n")


def test_a_login_that_stands_in_no_compose_file_goes_into_a_private_file() -> None:
    db = "services:\n  db:\n    image: postgres:17\n"
    files = {
        "compose.yml": f"{db}  web:\n    image: app\n    env_file: a.env\n",
        "a.env": "U=postgres://u:hunter2@db:5432/x\n",
    }
    _, changes = changed(files)
    assert list(changes.private) == [".devpool/env/pgbouncer.env"]
    (text,) = changes.private.values()
    values = env_file_values(parse_env("/p/x.env", text.encode()), {})
    assert {name: value.text for name, value in values.items()} == {
        "POSTGRES_USER": "u",
        "POSTGRES_PASSWORD": "hunter2",
        "POSTGRES_DB": "x",
    }
    assert "hunter2" not in repr(changes)


@pytest.mark.parametrize("value", ["p", "p q", "a'b", 'a"b', "$x", "a#b", "\\", "é", ""])
def test_a_private_file_says_what_it_is_told(value: str) -> None:
    file = parse_env("/p/x.env", env_text({"A": env_quoted(value), "B": "c"}).encode())
    assert {name: each.text for name, each in env_file_values(file, {}).items()} == {"A": value, "B": "c"}


def test_an_edit_that_two_apps_need_is_made_once() -> None:
    found, plan = planned(
        f"x-on: &on [db]\n{DB}{WEB}    depends_on: *on\n{WEB.replace('web', 'job')}    depends_on: *on\n"
    )
    changes = rewrite(found, with_credentials(found, plan), TEMPLATE, EXPORTER)
    keys = [(e.path, e.start, e.end) for e in changes.edits]
    assert len(set(keys)) == len(keys)
    assert {path for path, _, _ in keys} == {COMPOSE}
