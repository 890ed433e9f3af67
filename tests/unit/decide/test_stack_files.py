"""Which files are a stack's and which are Compose's, by what they say, and what Swarm opens."""

from __future__ import annotations

import pytest
from memory_project import planned, project

from devpool.decide.planning import with_credentials
from devpool.decide.stack_files import opened_loopback, refuse_compose_files, refuse_on_one_node, stack_mark
from devpool.errors import DevpoolError

PLAIN = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: sesame}
  web:
    image: app
    environment: {DATABASE_URL: 'postgres://postgres:sesame@db/shop'}
    depends_on: [db]
"""
MARKED = PLAIN + "    deploy: {update_config: {parallelism: 1}}\n"


def test_files_for_both_have_no_mark() -> None:
    assert stack_mark(project(PLAIN)) is None
    assert stack_mark(project(PLAIN + "    deploy: {replicas: 2, resources: {}}\n")) is None
    refuse_compose_files(project(PLAIN))


def test_what_only_swarm_obeys_marks_files_that_it_takes() -> None:
    assert stack_mark(project(MARKED)) == ("web", "deploy.update_config")
    assert stack_mark(project(PLAIN + "    deploy: {mode: global}\n")) == ("web", "deploy.mode")
    assert stack_mark(project(MARKED.replace("image: app", "build: ."))) is None
    assert stack_mark(project(MARKED.replace("[db]", "{db: {condition: service_healthy}}"))) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("image: app", "build: .", "`build` and no `image`"),
        ("image: app", "command: run", "no `image`"),
        ("[db]", "{db: {condition: service_healthy}}", "conditions"),
        ("image: app", "image: app\n    profiles: [jobs]", "`profiles`"),
        ("image: app", "image: app\n    network_mode: host", "`network_mode`"),
    ],
)
def test_what_swarm_does_not_take_is_composes(old: str, new: str, said: str) -> None:
    with pytest.raises(DevpoolError, match=said) as error:
        refuse_compose_files(project(PLAIN.replace(old, new)))
    assert error.value.code == "not-a-stack"
    assert error.value.where.startswith("/project/compose.yml:")


def test_a_password_in_a_file_of_one_node_is_refused() -> None:
    mounted = PLAIN.replace(
        "{POSTGRES_PASSWORD: sesame}", "{POSTGRES_PASSWORD_FILE: /pw}\n    volumes: ['./pw:/pw']"
    ).replace(":sesame@", "@")
    found, plan = planned(mounted, swarm=True, image="reg/p:1")
    with pytest.raises(DevpoolError, match="mounted from one node") as error:
        refuse_on_one_node(with_credentials(found, plan))
    assert error.value.code == "no-credentials"
    found, plan = planned(PLAIN, swarm=True, image="reg/p:1")
    refuse_on_one_node(with_credentials(found, plan))


def test_a_port_of_the_loopback_is_named_in_each_form() -> None:
    ports = (
        "    ports: ['127.0.0.1:8000:80', '9000:90', '[::1]:7000:70', {host_ip: 127.0.0.1, published: 1, target: 2}]\n"
    )
    assert list(opened_loopback(project(PLAIN + ports))) == [
        ("web", "127.0.0.1:8000"),
        ("web", "[::1]:7000"),
        ("web", "127.0.0.1:1"),
    ]
