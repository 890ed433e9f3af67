"""What all tests share: the option that rewrites golden files, and no variable of this machine's shell."""

from __future__ import annotations

import os

import pytest

_OF_COMPOSE = ("COMPOSE_", "DEVPOOL_", "POSTGRES", "PG", "DATABASE", "DB_")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected files of tests/golden")


@pytest.fixture(scope="session")
def plain_shell() -> dict[str, str]:
    """The shell's variables without those that would change how a project is read."""
    return {n: v for n, v in os.environ.items() if not n.startswith(_OF_COMPOSE)}
