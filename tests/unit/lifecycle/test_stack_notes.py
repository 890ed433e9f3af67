"""What is said of a stack, of files for one, and of a port on another machine."""

from __future__ import annotations

import pytest
from memory_project import planned

from devpool.lifecycle.plan_notes import notes
from devpool.lifecycle.stack_notes import note_on_remote

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
