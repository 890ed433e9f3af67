"""What the files say of a server and of its apps: limits, cores, replicas and pools, and what is only assumed."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.routing import find_routes
from devpool.model.services import Service
from devpool.sizing import size_inputs
from devpool.sizing.concurrency import Fact

# What the files say

COMPOSE = """
services:
  db:
    image: postgres:17
    command: postgres -c max_connections=250 -c superuser_reserved_connections=5
    cpus: 1.5
    environment: {POSTGRES_PASSWORD: x}
  web:
    image: app
    command: gunicorn -w 4 app
    deploy: {replicas: 3}
    environment: {URL: "postgres://a:x@db/one"}
  api:
    image: app
    command: node api.js
    scale: 2
    environment: {URL: "postgres://b:x@db/two"}
  job:
    image: app
    command: ./migrate
    environment: {URL: "postgres://b:x@db/two"}
"""


def test_the_files_say_replicas_limits_cores_and_pools() -> None:
    found = project(COMPOSE)
    routes = find_routes(found, direct=("job",))
    seen = size_inputs.looks(found)
    pooled = size_inputs.demands(routes, seen, "db", pooled=True, cores=2)
    direct = size_inputs.demands(routes, seen, "db", pooled=False, cores=2)
    assert [(d.service, d.total) for d in pooled] == [("web", 12), ("api", 20)]
    assert [(d.service, d.total, d.assumed) for d in direct] == [("job", 1, True)]
    service = found.databases["db"].service
    assert size_inputs.server_setting(service, {}, "max_connections").value == 250
    assert size_inputs.reserved(service, {}).value == 5
    assert size_inputs.cores(service, 8) == Fact(value=2, source="cpus")
    pools, databases = size_inputs.pools(found, routes, "db")
    assert (pools.value, pools.assumed, databases) == (2, False, 2)


@pytest.mark.parametrize("text", ["", "    cpus: odd\n", "    deploy: {resources: {limits: {memory: 1g}}}\n"])
def test_what_the_files_do_not_say_is_assumed(text: str) -> None:
    found = project(
        f"services:\n  db:\n    image: postgres:17\n{text}  web:\n    environment: {{URL: postgres://db}}\n"
    )
    service = found.databases["db"].service
    assert size_inputs.server_setting(service, {}, "max_connections") == Fact(
        value=100, source="PostgreSQL's default", assumed=True
    )
    assert size_inputs.reserved(service, {}).assumed
    assert size_inputs.cores(service, 8) == Fact(value=8, source="the cores of this machine", assumed=True)


def server(*lines: str) -> Service:
    found = project("services:\n  db:\n    image: postgres:17\n" + "".join(f"    {line}\n" for line in lines))
    return found.services["db"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("command: -c max_connections=300", 300),
        ("command: [postgres, -c, 'max_connections = 301']", 301),
        ("command: postgres --max-connections=302", 302),
        ("command: -c max_connections=${MAX:-304}", 304),
        ("command: -c my_max_connections=305", 100),
        ("command: -c max_connections=many", 100),
    ],
)
def test_a_setting_of_the_server_is_read_from_its_command(line: str, value: int) -> None:
    found = size_inputs.server_setting(server(line), {}, "max_connections")
    assert (found.value, found.assumed) == (value, value == 100)


def test_a_variable_of_the_image_counts_where_the_command_says_nothing() -> None:
    variables = {"POSTGRESQL_MAX_CONNECTIONS": "200"}
    found = size_inputs.server_setting(server(), variables, "max_connections")
    assert found == Fact(value=200, source="POSTGRESQL_MAX_CONNECTIONS")
    stated = size_inputs.server_setting(server("command: -c max_connections=300"), variables, "max_connections")
    assert stated.value == 300
    assert size_inputs.server_setting(None, {"POSTGRES_MAX_CONNECTIONS": "x"}, "max_connections").value == 100


def test_reserved_connections_are_those_of_both_kinds() -> None:
    found = size_inputs.reserved(server("command: -c reserved_connections=4"), {})
    assert (found.value, found.assumed) == (7, False)
    assert found.source == "superuser_reserved_connections 3 + reserved_connections 4"


@pytest.mark.parametrize(
    ("line", "value", "source"),
    [
        ("cpus: 0.5", 1, "cpus"),
        ("cpus: '${CPUS:-3}'", 3, "cpus"),
        ("deploy: {resources: {limits: {cpus: '2.5'}}}", 3, "deploy.resources.limits.cpus"),
        ("cpus: 0", 8, "the cores of this machine"),
        ("deploy: {resources: {reservations: {cpus: '2'}}}", 8, "the cores of this machine"),
    ],
)
def test_the_cores_are_those_that_the_container_may_use(line: str, value: int, source: str) -> None:
    found = size_inputs.cores(server(line), 8)
    assert (found.value, found.source) == (value, source)


@pytest.mark.parametrize(
    ("line", "containers", "source"),
    [
        ("scale: 3", 3, "scale"),
        ("deploy: {replicas: 4}", 4, "deploy.replicas"),
        ("deploy: {replicas: '${N:-5}'}", 5, "deploy.replicas"),
        ("deploy: {mode: global}", 1, "one container"),
        ("scale: many", 1, "one container"),
    ],
)
def test_the_containers_of_an_app_are_counted(line: str, containers: int, source: str) -> None:
    found = size_inputs.looks(project(f"services:\n  web:\n    image: app\n    {line}\n"))["web"].containers
    assert found == Fact(value=containers, source=source)


def test_apps_that_name_no_user_or_database_have_one_pool_by_assumption() -> None:
    found = project("services:\n  db: {image: 'postgres:17'}\n  web: {image: a, environment: {PGHOST: db}}\n")
    pools, databases = size_inputs.pools(found, find_routes(found), "db")
    assert (pools.value, pools.assumed, databases) == (1, True, 1)
