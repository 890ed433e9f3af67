"""Docker's own names are those of its documentation."""

from __future__ import annotations

from devpool.catalog.docker import DEPLOY_KEYS, DOCKER_HOSTS, EVERY_NODE


def test_what_compose_obeys_too_is_not_swarms_alone() -> None:
    assert not {"replicas", "resources", "restart_policy", "labels", "mode"} & {*DEPLOY_KEYS}
    assert "replicated" not in EVERY_NODE


def test_the_hosts_are_names_and_none_is_localhost() -> None:
    assert "host.docker.internal" in DOCKER_HOSTS
    assert all("." in host and host == host.lower() for host in DOCKER_HOSTS)
