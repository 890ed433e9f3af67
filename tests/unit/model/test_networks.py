"""Which networks services share, and whether a healthcheck runs."""

from __future__ import annotations

import pytest
from memory_project import sources

from devpool.errors import DevpoolError
from devpool.model import networks
from devpool.model.services import Service


def services(text: str) -> dict[str, Service]:
    return dict(sources(f"services:\n{text}").services)


def web(lines: str) -> Service:
    return services(f"  web:\n    image: app\n{lines}")["web"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", ("default",)),
        ("    networks: [back, front]\n", ("back", "front")),
        ("    networks: {back: , front: {aliases: [x]}}\n", ("back", "front")),
        ("    network_mode: bridge\n", ("default",)),
        ("    network_mode: host\n", ()),
        ("    network_mode: none\n", ()),
        ("    network_mode: container:other\n", ()),
        ("    network_mode: service:vpn\n", ("tunnel",)),
        ("    network_mode: service:nobody\n", ()),
        ("    network_mode: service:web\n", ()),
    ],
)
def test_the_networks_of_a_service(lines: str, expected: tuple[str, ...]) -> None:
    found = services(f"  web:\n    image: app\n{lines}  vpn:\n    image: vpn\n    networks: [tunnel]\n")
    assert networks.of(found, "web") == expected


@pytest.mark.parametrize(
    ("db", "app", "expected"),
    [
        ("", "", ()),
        ("    networks: [back, front]\n", "    networks: [front, back]\n", ("back", "front")),
        ("    networks: [default, back]\n", "", ()),
        ("    networks: [default, back]\n", "    networks: [back]\n", ("back",)),
    ],
)
def test_a_pooler_joins_what_database_and_app_share(db: str, app: str, expected: tuple[str, ...]) -> None:
    found = services(f"  db:\n    image: x\n{db}  web:\n    image: y\n{app}")
    assert networks.meeting(found, "db", ("web",)) == expected


def test_a_pooler_for_programs_on_the_host_joins_the_database_s_networks() -> None:
    found = services("  db:\n    image: x\n    networks: [back]\n")
    assert networks.meeting(found, "db", ()) == ("back",)


def test_a_pooler_of_a_server_outside_joins_those_of_its_apps() -> None:
    found = services("  web:\n    networks: [a]\n  job:\n    networks: [b, a]\n")
    assert networks.meeting(found, "db.shop.io", ("web", "job")) == ("a", "b")


def test_an_app_that_shares_no_network_is_refused() -> None:
    found = services("  db:\n    networks: [back]\n  web:\n    networks: [front]\n")
    with pytest.raises(DevpoolError) as caught:
        networks.meeting(found, "db", ("web",))
    assert (caught.value.code, caught.value.where) == ("no-shared-network", "/project/compose.yml:5")
    assert "--direct web" in caught.value.hint


def test_networks_may_have_names_of_their_own_and_be_shared_with_other_projects() -> None:
    text = (
        "services: {}\nnetworks:\n  back: {name: shop_net}\n  front:\n  a: {external: true}\n"
        "  b: {external: false}\n  c: {external: {name: old}, name: new}\n"
    )
    documents = sources(text).documents
    assert networks.names_of(documents) == {"back": "shop_net", "c": "new"}
    assert networks.external(documents) == {"a", "c"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("    extra_hosts: ['db.io:10.0.0.1']\n", {"db.io": "10.0.0.1"}),
        ("    extra_hosts: ['db.io=10.0.0.1']\n", {"db.io": "10.0.0.1"}),
        ("    extra_hosts: {db.io: 10.0.0.1}\n", {"db.io": "10.0.0.1"}),
        ("    extra_hosts: ['db.io:2001:db8::1']\n", {"db.io": "2001:db8::1"}),
        ("    extra_hosts: ['db.io:host-gateway', odd]\n", {"db.io": "host-gateway"}),
        ("", {}),
    ],
)
def test_extra_hosts_are_read_in_either_form(lines: str, expected: dict[str, str]) -> None:
    assert networks.extra_hosts(web(lines)) == expected


@pytest.mark.parametrize(
    ("said", "runs"),
    [
        ("{test: pg_isready}", True),
        ("{test: [CMD, pg_isready]}", True),
        ("{test: [NONE]}", False),
        ("{interval: 3s}", False),
        ("{disable: true, test: pg_isready}", False),
        ("{disable: false, test: pg_isready}", True),
    ],
)
def test_a_healthcheck_runs_unless_it_is_disabled(said: str, runs: bool) -> None:
    assert networks.has_healthcheck(web(f"    healthcheck: {said}\n")) == runs


def test_a_stronger_file_may_disable_a_healthcheck_or_leave_it() -> None:
    base = "services:\n  db:\n    image: x\n    healthcheck: {test: pg_isready}\n"
    for said, runs in (("{disable: true}", False), ("{interval: 9s}", True)):
        files = {"compose.yml": base, "more.yml": f"services:\n  db:\n    healthcheck: {said}\n"}
        found = sources(files, compose=("compose.yml", "more.yml")).services["db"]
        assert networks.has_healthcheck(found) == runs
