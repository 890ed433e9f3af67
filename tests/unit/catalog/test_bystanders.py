"""Which images and services never connect to Postgres themselves, and which only look like those."""

from __future__ import annotations

import pytest

from devpool.catalog.bystanders import (
    FRONT_COMMANDS,
    FRONT_IMAGES,
    FRONT_NAMES,
    FRONT_WORDS,
    OTHER_OWNERS,
    OTHER_SERVERS,
    SERVERS,
)

NAMES = [*SERVERS["_"].split(), *(name.removesuffix("$") for name in SERVERS if name != "_")]


@pytest.mark.parametrize("name", NAMES)
def test_each_server_of_the_table_is_one_by_its_name_and_with_a_suffix(name: str) -> None:
    assert OTHER_SERVERS.search(name)
    if f"{name}$" not in SERVERS:
        assert OTHER_SERVERS.search(f"{name}-alpine")
    assert not OTHER_SERVERS.search(f"my{name}")


def test_each_server_has_where_it_is_published_and_the_order_can_be_searched() -> None:
    own = [name for name in SERVERS if name != "_"]
    assert own == sorted(own, key=lambda name: name.removesuffix("$"))
    assert SERVERS["_"].split() == sorted(SERVERS["_"].split())
    assert [source for name, source in SERVERS.items() if name != "_" and source.count("/") != 1] == []


@pytest.mark.parametrize(
    "image", ["nginx-php-fpm", "kafka-consumer", "redis-worker", "nginx-api", "kafka-manager", "elasticsearch-sync"]
)
def test_what_holds_an_app_beside_a_server_is_no_bystander(image: str) -> None:
    assert not OTHER_SERVERS.search(image)


@pytest.mark.parametrize(
    ("image", "other"),
    [("selenium/hub", True), ("mcr.microsoft.com/mssql/server", True), ("selenium", False), ("myselenium/x", False)],
)
def test_all_images_of_some_owners_are_other_servers(image: str, other: bool) -> None:
    assert bool(OTHER_OWNERS.search(image)) is other


@pytest.mark.parametrize(
    "name", ["frontend", "front-end", "shop-client", "admin-ui", "nginx", "vite", "mailserver", "ftp"]
)
def test_the_name_of_a_service_may_say_that_it_is_a_front(name: str) -> None:
    assert FRONT_WORDS.search(name) or FRONT_NAMES.search(name)


@pytest.mark.parametrize("name", ["web-ui-api", "client-api", "web", "api", "clients", "frontend-api", "web-ui"])
def test_the_name_of_an_app_does_not(name: str) -> None:
    assert not FRONT_WORDS.search(name)


@pytest.mark.parametrize(
    ("image", "front"),
    [("my-nginx", True), ("shop-frontend", True), ("httpd", True), ("nginx-php", False), ("node-frontend", False)],
)
def test_the_image_of_a_front_says_nothing_of_an_app(image: str, front: bool) -> None:
    assert bool(FRONT_IMAGES.search(image)) is front


@pytest.mark.parametrize(
    ("command", "front"),
    [("nginx -g 'daemon off;'", True), ("cp -r dist /out", True), ("npm run build", True), ("npm run start", False)],
)
def test_the_command_of_a_front_copies_builds_or_serves_files(command: str, front: bool) -> None:
    assert bool(FRONT_COMMANDS.search(command)) is front
