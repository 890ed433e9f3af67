"""What has to hold of an application's story, in tests/apps/judge.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from apps.app import App
from apps.judge import faults
from apps.seen import Event, Phase, Story

APP = App(
    title="Shop",
    driver="psycopg",
    source="https://shop.example",
    images={},
    version=(),
    routes={"web": "pooled", "worker": "direct"},
    user="shop",
    database="shop",
    rows="",
    client=lambda _: lambda _: None,
    finds=("cursor",),
)
WELL = Phase(done=9, errors=0, per_second=3, held=30, rows=9, reasons=[])
HEALED = Event(healed=True, seconds=2, errors=4, reasons=[])
STORY = Story(
    title="Shop",
    driver="psycopg",
    direct=WELL,
    pooled=replace(WELL, held=5),
    after=WELL,
    direct_event=HEALED,
    database_event=HEALED,
    pooler_event=HEALED,
    direct_reaction=0.1,
    pooled_reaction=0.1,
    routes={"web": "pooled", "worker": "direct"},
    findings=["framework: web: a cursor outlives its transaction"],
)


def test_nothing_is_said_of_a_story_in_which_all_holds() -> None:
    assert faults(APP, STORY) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"pooled": replace(WELL, errors=1, reasons=["1 times timeout"])}, "pooled: 1 errors: 1 times timeout"),
        ({"pooled": replace(WELL, done=0, rows=0)}, "no work was done"),
        ({"pooled": replace(WELL, rows=8)}, "9 pieces of work are 8 rows"),
        ({"pooled": replace(WELL, held=40)}, "Postgres held 40 connections, directly 30"),
        ({"after": replace(WELL, errors=1)}, "after disable: 1 errors"),
        ({"database_event": replace(HEALED, healed=False)}, "database recreated: it does not heal"),
        ({"pooler_event": replace(HEALED, seconds=60)}, "pooler recreated: healed after 60 s"),
        ({"pooled_reaction": 15.4}, "it reacts after 15.4 s"),
        ({"routes": {"web": "pooled", "worker": "pooled"}}, "worker is pooled, and has to be direct"),
        ({"findings": []}, "check does not say 'cursor'"),
        ({"findings": [*STORY.findings, "log: db: an error"]}, "not known of this application: log: db: an error"),
        ({"bytes_differ": ["compose.yaml"]}, "compose.yaml is not as it was before enable"),
        ({"rows_lost": 2}, "2 rows are lost"),
    ],
)
def test_what_does_not_hold_is_said(changed: dict[str, Any], said: str) -> None:
    (found,) = faults(APP, replace(STORY, **changed))
    assert said in found


def test_what_connects_anew_for_each_piece_of_work_may_fill_its_pool() -> None:
    few = replace(STORY, direct=replace(WELL, held=4), pooled=replace(WELL, held=18))
    assert len(faults(APP, few)) == 1
    assert faults(replace(APP, connects_anew=True), few) == []
    assert len(faults(replace(APP, connects_anew=True), replace(few, pooled=replace(WELL, held=40)))) == 1
