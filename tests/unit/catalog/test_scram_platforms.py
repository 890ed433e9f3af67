"""Platforms whose drivers refuse few SCRAM iterations are known by image, command, variable or URL."""

from __future__ import annotations

import pytest

from devpool.catalog import scram_platforms as platforms


@pytest.mark.parametrize(
    ("image", "java"),
    [
        ("eclipse-temurin:21", True),
        ("openjdk17", True),
        ("quay.io/keycloak/keycloak:25", True),
        ("metabase/metabase", True),
        ("my-java-app", True),
        ("javascript", False),
        ("node:22", False),
        ("jirafe", False),
    ],
)
def test_an_image_runs_java(image: str, java: bool) -> None:
    assert bool(platforms.JAVA_IMAGES.search(image)) is java


@pytest.mark.parametrize(
    ("command", "java"),
    [
        ("java -jar a.jar", True),
        ("./gradlew bootRun", True),
        ("/opt/kc.sh start", True),
        ("node java.js", True),
        ("npm start", False),
    ],
)
def test_a_command_runs_java(command: str, java: bool) -> None:
    assert bool(platforms.JAVA_COMMANDS.search(command)) is java


def test_variables_and_urls_tell_of_java() -> None:
    assert platforms.JAVA_VARIABLES.fullmatch("SPRING_DATASOURCE_URL")
    assert not platforms.JAVA_VARIABLES.fullmatch("PGHOST")
    assert platforms.JAVA_URLS.search("r2dbc:postgresql://db/x")
    assert not platforms.JAVA_URLS.search("postgresql://db/x")


@pytest.mark.parametrize(
    ("image", "command", "bun"),
    [
        ("oven/bun:1", "", True),
        ("app", "bun run start", True),
        ("app", "bunx x", True),
        ("bundle", "bundle exec", False),
    ],
)
def test_bun_is_known_by_image_or_command(image: str, command: str, bun: bool) -> None:
    assert bool(platforms.BUN_IMAGES.search(image) or platforms.BUN_COMMANDS.search(command)) is bun
