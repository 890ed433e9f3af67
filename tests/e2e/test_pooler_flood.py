"""Connections that say nothing: for how long they keep others out. They go to the engine's bridge and no further."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pooler_rig import Rig, eventually, new_rig, tell

SILENT = 2000
PRESETS = {"dev": 10, "ci": 10, "staging": 15, "production": 20}
"""Seconds: client_login_timeout of docker/pgbouncer/presets.txt."""


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig() as rig:
        yield rig


@pytest.fixture
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, SILENT + 500), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_let_nobody_be_silent_for_long(rig: Rig, preset: str) -> None:
    options = {"PGBOUNCER_SERVER_TLS_SSLMODE": "prefer", "PGBOUNCER_CLIENT_TLS_SSLMODE": "disable"}
    pooler = rig.ready_pooler(PGBOUNCER_PRESET=preset, **options)
    assert pooler.setting("client_login_timeout") == str(PRESETS[preset])


@pytest.mark.slow
@pytest.mark.usefixtures("many_files")
def test_silent_connections_keep_nobody_out_for_longer_than_the_login_timeout(rig: Rig) -> None:
    pooler = rig.ready_pooler()
    address = (pooler.address(), 6432)
    with ExitStack() as stack:
        for _ in range(SILENT):
            stack.enter_context(socket.create_connection(address, timeout=10))
        began = time.monotonic()
        assert "no more connections allowed" in rig.query(pooler, "SELECT 1")
        assert pooler.health().startswith("pooler up, database answering; all client connections are taken: ")
        eventually(lambda: rig.query(pooler, "SELECT 1") == "1", "somebody else gets in", seconds=PRESETS["dev"] + 8)
        tell(f"{SILENT} silent connections kept others out for {time.monotonic() - began:.1f} s")
