"""What a pooler tells in one call is taken apart again. The docker is a fake one."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.docker.console import question
from devpool.docker.container_values import Container
from unit.docker.stand_ins import docker_that_says

POOLER = Container(service="pgbouncer", id="p", name="shop-pgbouncer-1", health="healthy")
_SHOWN = "database,cl_active\nshop,1\n-- end of answer\nkey,value\npool_mode,transaction\n-- end of answer\n"


@pytest.mark.parametrize(
    ("rest", "reported", "query"),
    [
        ("-- end of answer\n-- end of answer\n", {}, ""),
        (
            "pgbouncer.version=1.26.1\nserver_version=17.2\n-- end of answer\n-- end of answer\n",
            {"pgbouncer.version": "1.26.1", "server_version": "17.2"},
            "",
        ),
        (
            "-- end of answer\nwarning\npooler up, database not answering: refused\n-- end of answer\n",
            {},
            "pooler up, database not answering: refused",
        ),
    ],
)
def test_the_answers_of_one_call_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str, reported: dict[str, str], query: str
) -> None:
    stack = docker_that_says(tmp_path, monkeypatch, _SHOWN + rest)
    found = question(stack, POOLER, "POOLS", "CONFIG", reports=True, queries=True).ask()
    assert found.shown["POOLS"] == [{"database": "shop", "cl_active": "1"}]
    assert found.shown["CONFIG"] == [{"key": "pool_mode", "value": "transaction"}]
    assert (found.reported, found.query) == (reported, query)


def test_a_client_may_have_any_name_and_a_problem_any_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = 'application_name,addr\n"a\n-- end of answer\n",10.0.0.2\n-- end of answer\n'
    rest = '-- end of answer\nFATAL: no such user: "x\n-- end of answer\n'
    found = question(docker_that_says(tmp_path, monkeypatch, clients + rest), POOLER, "CLIENTS", queries=True).ask()
    assert [row["addr"] for row in found.shown["CLIENTS"]] == ["10.0.0.2"]
    assert found.query == 'FATAL: no such user: "x'


def test_one_psql_asks_for_all_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(docker_that_says(tmp_path, monkeypatch, ""), POOLER, "POOLS", "CONFIG").command
    assert asked[:6] == ["docker", "exec", "p", "sh", "-c", asked[5]]
    assert asked[6:9] == ["sh", "", ""]
    assert [word for word in asked if word.startswith("SHOW ")] == ["SHOW POOLS", "SHOW CONFIG"]
