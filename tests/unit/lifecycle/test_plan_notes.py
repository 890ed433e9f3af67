"""What a user is told about a plan and cannot see in it: what an app sets for its session outside of its address."""

from __future__ import annotations

import pytest
from memory_project import planned

from devpool.lifecycle.plan_notes import note_on_remote, notes

PROJECT = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: hunter2
  web:
    image: app
    environment:
      PGHOST: db
      PGUSER: postgres
      PGPASSWORD: hunter2
      PGDATABASE: shop
      {variable}: "{value}"
"""


def _notes(variable: str, value: str, **options: object) -> str:
    project, plan = planned(PROJECT.format(variable=variable, value=value), **options)
    return "\n".join(notes(project, plan, {}))


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("PGOPTIONS", "-c search_path=tenant1 -c statement_timeout=5000", "search_path, statement_timeout"),
        ("PGOPTIONS", "--search_path=tenant1", "search_path"),
        ("PGOPTIONS", "-csearch_path=tenant1", "search_path"),
        ("DB_OPTIONS", "-c lock_timeout=1s", "lock_timeout"),
        ("KC_DB_URL_PROPERTIES", "?currentSchema=shop", "currentSchema"),
        ("DB_PARAMS", "currentSchema=shop", "currentSchema"),
    ],
)
def test_what_a_pooler_does_not_pass_on_is_named_outside_of_the_address_too(
    variable: str, value: str, named: str
) -> None:
    said = _notes(variable, value)
    assert f"web.{variable} sets {named}, which a pooler does not pass on" in said
    assert "--direct web" in said


@pytest.mark.parametrize("value", ["", "--verbose", "sslmode=prefer"])
def test_other_options_are_nothing_to_speak_of(value: str) -> None:
    assert "pass on" not in _notes("PGOPTIONS", value)


@pytest.mark.parametrize(
    "variable",
    [
        "SPRING_DATASOURCE_HIKARI_SCHEMA",
        "SPRING_DATASOURCE_HIKARI_CONNECTION_INIT_SQL",
        "DB_SEARCH_PATH",
        "PG_SEARCH_PATH",
    ],
)
def test_a_set_for_each_connection_asks_for_a_session_pool(variable: str) -> None:
    assert f"web sets {variable} once for each of its connections" in _notes(variable, "tenant1")
    assert f"web sets {variable}" not in _notes(variable, "tenant1", session=("web",))


STACK = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: hunter2}
  web:
    image: app
    environment: {DB_HOST: db}
    depends_on: [db]
    deploy: DEPLOY
"""
SWARM = [
    ("{placement: {constraints: [node.role == manager]}}", "web has `deploy.placement`"),
    ("{replicas: 2, update_config: {order: start-first}}", "web has `deploy.update_config`"),
    ("{mode: global}", "web has `deploy.mode`"),
]


def _of_stack(text: str) -> str:
    project, plan = planned(text)
    return "\n".join(notes(project, plan, {}))


@pytest.mark.parametrize(("deploy", "named"), SWARM)
def test_a_stack_file_that_deploys_is_said_not_to_after_enable(deploy: str, named: str) -> None:
    said = _of_stack(STACK.replace("DEPLOY", deploy))
    assert named in said
    assert "docker stack deploy` refuses its result" in said
    assert "devpool enable --swarm --image REF" in said
    assert "or use --override" in said


@pytest.mark.parametrize(
    "text",
    [
        STACK.replace("DEPLOY", "{replicas: 2, resources: {limits: {memory: 1g}}}"),
        STACK.replace("DEPLOY", "{mode: replicated, restart_policy: {condition: any}}"),
        STACK.replace("DEPLOY", SWARM[0][0]).replace("image: app", "build: ."),
        STACK.replace("DEPLOY", SWARM[0][0]).replace("[db]", "{db: {condition: service_started}}"),
    ],
)
def test_a_file_that_is_for_compose_alone_or_deploys_nowhere_gets_no_such_note(text: str) -> None:
    assert "docker stack" not in _of_stack(text)


def test_a_program_on_the_host_is_not_told_to_move_what_goes_past_a_pooler() -> None:
    files = {
        "compose.yml": "services:\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: hunter2}\n"
        "    ports: ['5432-5433:5432-5433']\n",
        ".env": "DATABASE_URL=postgres://u:p@localhost:5432/x\nDIRECT_URL=postgres://u:p@localhost:5432/x\n",
    }
    said = "\n".join(notes(*planned(files, publish=6432), {}))
    assert "set DATABASE_URL=postgres://u:***@localhost:6432/x" in said
    assert "DIRECT_URL" not in said


@pytest.mark.parametrize(("host", "named"), [("db.corp.local", True), ("elsewhere", True), ("db.corp.net", False)])
def test_a_host_that_is_no_database_is_named(host: str, named: bool) -> None:
    job = f"  job:\n    image: job\n    environment: {{URL: 'postgres://u:p@{host}/x'}}\n"
    project, plan = planned(PROJECT.format(variable="A", value="b") + job)
    said = "\n".join(notes(project, plan, {}))
    assert (f"job.URL names {host}, which is not a service of this project" in said) == named


@pytest.mark.parametrize(("host", "said"), [("", 0), ("unix:///run/docker.sock", 0), ("tcp://10.0.0.2:2375", 1)])
def test_a_port_of_a_remote_engine_is_said_to_open_there(host: str, said: int) -> None:
    _, plan = planned(STACK.replace("DEPLOY", "{}"), publish=7000)
    found = list(note_on_remote(plan, host))
    assert len(found) == said
    assert all("7000" in note and host in note for note in found)
    _, plan = planned(STACK.replace("DEPLOY", "{}"))
    assert list(note_on_remote(plan, host)) == []


@pytest.mark.parametrize(
    ("command", "said"),
    [("", True), ("command: -c shared_buffers=1GB", True), ("command: -c tcp_keepalives_idle=9", False)],
)
def test_a_server_in_a_stack_is_to_look_after_its_clients(command: str, said: bool) -> None:
    text = STACK.replace("DEPLOY", "{}").replace("image: postgres:17", f"image: postgres:17\n    {command}")
    project, plan = planned(text, swarm=True, image="registry.example/pooler:1")
    assert any("tcp_keepalives_idle=20" in note for note in notes(project, plan, {})) == said
    project, plan = planned(text)
    assert not any("tcp_keepalives" in note for note in notes(project, plan, {}))
