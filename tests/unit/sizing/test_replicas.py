"""What the tasks of a pooler may open together, by its settings and those of its preset."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.decide.tuning import PRESETS
from devpool.sizing.replicas import Crowd, most_connections

_PRESETS = Path(__file__).resolve().parents[3] / "docker" / "pgbouncer" / "presets.txt"


@pytest.mark.parametrize(
    ("settings", "replicas", "pools", "databases", "most"),
    [
        ({"default_pool_size": "4"}, 1, 1, 1, 10),
        ({"default_pool_size": "4"}, 4, 1, 1, 25),
        ({"default_pool_size": "4", "reserve_pool_size": "2"}, 1, 2, 1, 26),
        ({"default_pool_size": "4", "max_db_connections": "5"}, 1, 3, 1, 12),
        ({"default_pool_size": "4", "max_db_connections": "5"}, 1, 3, 2, 22),
        ({}, 2, 1, 1, 63),
        ({"preset": "production"}, 1, 4, 1, 162),
    ],
)
def test_each_task_has_its_pools_and_a_health_check(
    settings: dict[str, str], replicas: int, pools: int, databases: int, most: int
) -> None:
    assert most_connections(settings, replicas, pools=pools, databases=databases) == most


def test_what_is_not_set_is_what_the_preset_says() -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in _PRESETS.read_text().splitlines() if "|" in line]
    table = {row[0]: dict(zip(PRESETS, row[1:5], strict=True)) for row in rows}
    keys = ("default_pool_size", "reserve_pool_size", "max_db_connections")
    for preset in PRESETS:
        said = {key: table[key][preset] for key in keys}
        found = [most_connections(s | {"preset": preset}, 1, pools=4, databases=1) for s in ({}, said)]
        assert found[0] == found[1]


def test_what_does_not_fit_is_said_with_the_direct_services() -> None:
    crowd = Crowd(pooler="pgbouncer", database="db", replicas=1, most=10, direct=2, room=12, source="known")
    assert crowd.fits
    assert "direct services hold up to 2" in crowd.sentence
    assert not Crowd(pooler="pgbouncer", database="db", replicas=1, most=11, direct=2, room=12, source="known").fits
