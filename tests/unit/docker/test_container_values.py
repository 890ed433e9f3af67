"""Containers as Docker lists and inspects them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from devpool.docker.container_values import FORMAT, parse_inspected, parse_list
from devpool.docker.ownership import DIRECTORY, Place

COMPOSE = "com.docker.compose"
VOLUME = "0f" * 32
ROW = {
    "id": "1",
    "names": "shop-web-1",
    "state": "running",
    "status": "Up 5 seconds",
    "image": "shop-web",
    "mounts": "",
    f"{COMPOSE}.project": "shop",
    f"{COMPOSE}.service": "web",
    f"{COMPOSE}.container-number": "1",
    f"{COMPOSE}.oneoff": "False",
    f"{COMPOSE}.replace": "",
    f"{COMPOSE}.project.config_files": "/shop/compose.yml",
    DIRECTORY: "/shop",
    "devpool.role": "",
}
INSPECTED: dict[str, Any] = {
    "Id": "1",
    "Name": "/shop-web-1",
    "State": {"Status": "running", "Health": {"Status": "starting"}},
    "Config": {
        "Env": ["DATABASE_URL=postgres://u:p=q@db/x", "EMPTY="],
        "Entrypoint": None,
        "Cmd": ["run", "--now"],
        "Labels": {f"{COMPOSE}.service": "web", f"{COMPOSE}.depends_on": "db:service_healthy:false,pgbouncer:x:true"},
    },
    "NetworkSettings": {
        "Networks": {
            "default": {"IPAddress": "10.0.0.2", "GlobalIPv6Address": "fd00::2"},
            "stopped": {"IPAddress": "", "GlobalIPv6Address": ""},
        }
    },
}


def test_the_format_names_each_value_that_is_read() -> None:
    assert all(f'"{key}":{{{{json ' in FORMAT for key in ROW)


@pytest.mark.parametrize(
    ("status", "health"),
    [
        ("Up 5 seconds", ""),
        ("Up 5 seconds (healthy)", "healthy"),
        ("Up 5 minutes (unhealthy)", "unhealthy"),
        ("Up Less than a second (health: starting)", "starting"),
        ("Up 5 minutes (Paused)", ""),
        ("Exited (0) 2 hours ago", ""),
    ],
)
def test_health_is_told_by_the_status(status: str, health: str) -> None:
    assert [c.health for c in parse_list(json.dumps(ROW | {"status": status}))] == [health]


@pytest.mark.parametrize(
    ("state", "runs"),
    [("running", True), ("restarting", True), ("paused", True), ("created", False), ("exited", False), ("dead", False)],
)
def test_what_restarts_or_pauses_runs_too(state: str, runs: bool) -> None:
    assert [c.runs for c in parse_list(json.dumps(ROW | {"state": state}))] == [runs]


def test_a_list_has_a_line_for_each_container_and_leaves_out_what_ran_once() -> None:
    lines = [ROW, ROW | {"id": "2", f"{COMPOSE}.oneoff": "True"}, ROW | {"id": "3", "names": "shop-app-1/db,shop-db-1"}]
    found = parse_list("\n".join(map(json.dumps, lines)) + "\n")
    assert [(c.id, c.name) for c in found] == [("1", "shop-web-1"), ("3", "shop-db-1")]
    assert found[0].place == Place(directory="/shop", files=("/shop/compose.yml",))


def test_a_path_may_have_any_characters_in_it() -> None:
    (found,) = parse_list(json.dumps(ROW | {"mounts": "/shop/a\x85b", DIRECTORY: "/shop\u2028"}, ensure_ascii=False))
    assert found.place is not None
    assert found.place.directory == "/shop\u2028"


def test_only_volumes_without_a_name_of_their_own_are_kept_in_mind() -> None:
    (found,) = parse_list(json.dumps(ROW | {"mounts": f"data,{VOLUME},/home/me/{VOLUME}"}))
    assert found.volumes == (VOLUME,)


def test_an_inspected_container_has_addresses_variables_and_words() -> None:
    found = parse_inspected(INSPECTED)
    assert (found.service, found.name, found.health) == ("web", "shop-web-1", "starting")
    assert found.addresses == {"10.0.0.2", "fd00::2"}
    assert found.environment == {"DATABASE_URL": "postgres://u:p=q@db/x", "EMPTY": ""}
    assert found.words == ("run", "--now")
    assert found.awaited == {"db", "pgbouncer"}


def test_what_docker_leaves_out_is_nothing() -> None:
    bare = {"Id": "1", "Name": "/x", "State": {}, "Config": {"Labels": None}, "NetworkSettings": {"Networks": None}}
    found = parse_inspected(bare)
    assert (found.service, found.health, found.addresses, found.environment) == ("", "", frozenset(), {})


@pytest.mark.parametrize(
    ("status", "failed"),
    [
        ("Exited (1) 2 hours ago", True),
        ("Exited (127) 1 second ago", True),
        ("Exited (0) 2 hours ago", False),
        ("Exited (143) 2 hours ago", False),
        ("Exited (137) 2 hours ago", False),
        ("Up 5 seconds", False),
        ("Created", False),
    ],
)
def test_a_program_failed_that_ended_with_an_error_of_its_own(status: str, failed: bool) -> None:
    assert [c.failed for c in parse_list(json.dumps(ROW | {"status": status}))] == [failed]
