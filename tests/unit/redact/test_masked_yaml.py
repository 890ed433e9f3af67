"""A YAML value is shown or not by the keys around it."""

from __future__ import annotations

import pytest

from devpool.redact.masked_yaml import NAMING, STRUCTURAL, YamlMask
from devpool.text.document import parse


def shown(text: str, structural: frozenset[str] = STRUCTURAL) -> str:
    """The text with a dot for each character that is not to be shown."""
    document = parse("/p/c.yml", text.encode())
    flags = YamlMask(document, frozenset({"db"}), structural).shown
    return "".join(c if flag or c.isspace() else "." for c, flag in zip(document.text, flags, strict=True))


@pytest.mark.parametrize(
    "line",
    [
        "image: app:1",
        "depends_on: [cache, 'db']",
        "ports: ['80:80']",
        "build: {context: ., target: dev}",
        "image: ${REGISTRY:-ghcr.io}/app",
        "env_file: [{path: a.env, required: false}]",
        "user: '1000:1000'",
        "user: app",
        "environment: {DEBUG: true, HOST: db}",
        "environment: [PGHOST, DEBUG=true]",
        "networks: {back: {aliases: [api]}}",
    ],
)
def test_what_has_a_meaning_to_compose_is_shown(line: str) -> None:
    text = f"services:\n  web:\n    {line}\n"
    assert shown(text) == text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("environment: {A: sesame}", "environment: {A: ......}"),
        ("environment: [A=sesame, sesame]", "environment: [A=......, ......]"),
        ("environment:\n      image: sesame", "environment:\n      image: ......"),
        ("secrets: [API_TOKEN=sesame]", "secrets: [API_TOKEN=......]"),
        ("depends_on:\n      - DB_PASSWORD=sesame", "depends_on:\n      - DB_PASSWORD=......"),
        ("labels: {a: sesame}", "labels: {a: ......}"),
        ("build: {args: [sesame]}", "build: {args: [......]}"),
        ("command: serve sesame", "command: serve ......"),
        ("command: [serve, sesame]", "command: [serve, ......]"),
        ("healthcheck: {test: [CMD, ping, sesame]}", "healthcheck: {test: [CMD, ...., ......]}"),
        ("user: 'app:sesame'", "user: '..........'"),
        ("image: ${IMAGE_TOKEN:-sesame}", "image: ${IMAGE_TOKEN:-......}"),
        ("build: https://sesame@git.example.com/x", "build: https://......@git.example.com.."),
        ("x-any: sesame", "x-any: ......"),
        ("environment:\n      A: |-\n        one\n        two", "environment:\n      A: |-\n        ...\n        ..."),
        ('environment: {A: "ses\\u0061me"}', 'environment: {A: "..........."}'),
    ],
)
def test_what_is_passed_to_programs_is_hidden(line: str, expected: str) -> None:
    assert shown(f"services:\n  web:\n    {line}\n") == f"services:\n  web:\n    {expected}\n"


def test_a_key_that_is_no_name_is_hidden() -> None:
    assert shown("services:\n  'open sesame': {image: x}\n") == "services:\n  '.... ......': {image: x}\n"


def test_below_an_extension_no_key_is_composes() -> None:
    assert shown("x-db: {image: sesame}\nservices: {}\n") == "x-db: {image: ......}\nservices: {}\n"


def test_an_error_shows_fewer_values_than_a_diff() -> None:
    text = "services: {web: {image: app, build: {target: sesame}}}\n"
    assert shown(text) == text
    assert shown(text, NAMING) == text.replace("sesame", "......")


def test_the_decoded_values_are_known() -> None:
    document = parse("/p/c.yml", b'a: {x: "ses\\u0061me", y: &n 1, z: *n}\n')
    assert {"sesame", "1"} <= set(YamlMask(document, frozenset(), NAMING).values)
