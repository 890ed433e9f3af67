"""What both suites use: connections as the app makes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest

Connect = Callable[[], psycopg.Connection]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """A new connection at each call; all are closed after the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True))
