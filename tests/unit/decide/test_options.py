"""The user's options for enable: from a record and back, and settings of all poolers beside those of one."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from devpool.decide.options import Options, remembered, with_settings, without


def test_a_setting_for_one_pooler_wins_over_that_for_all() -> None:
    options = Options(settings={"peer_id": "1", "pkt_buf": "4096"}, settings_of={"db": {"peer_id": "2"}})
    assert options.settings_for("db") == {"peer_id": "2", "pkt_buf": "4096"}
    assert options.settings_for("other") == {"peer_id": "1", "pkt_buf": "4096"}


def test_a_setting_given_for_all_counts_for_every_pooler() -> None:
    assert without({"db": {"peer_id": "2"}, "b": {"peer_id": "3", "pkt_buf": "1"}}, {"peer_id": ""}) == {
        "b": {"pkt_buf": "1"}
    }


def test_an_empty_value_takes_a_setting_out() -> None:
    assert with_settings({"peer_id": "1", "pkt_buf": "4096"}, {"peer_id": "", "query_timeout": ""}) == {
        "pkt_buf": "4096"
    }


def test_the_record_of_an_older_devpool_has_no_settings() -> None:
    old = {"name": "pool", "port": None, "direct": ["a"], "pool": [], "publish": None}
    assert remembered(old) == Options(name="pool", direct=("a",))


def test_what_is_remembered_is_what_was_chosen() -> None:
    chosen = Options(
        name="pool",
        port="5432",
        direct=("job",),
        pool=("web:db",),
        session=("worker",),
        by_name=("legacy",),
        evidence={"legacy:db": "config.ini:3"},
        allow_shared=True,
        override=True,
        publish=6432,
        metrics=True,
        image="tea/pgbouncer:1",
        settings={"preset": "ci"},
        settings_of={"db": {"peer_id": "2"}},
    )
    assert remembered(json.loads(json.dumps(asdict(chosen)))) == chosen


@pytest.mark.parametrize(
    "damaged",
    [
        {"port": 5432},
        {"publish": "6432"},
        {"publish": True},
        {"name": ["pool"]},
        {"direct": "web"},
        {"pool": [1]},
        {"by_name": {"web": 1}},
        {"evidence": ["web"]},
        {"settings": "preset=ci"},
        {"settings_of": {"db": "preset=ci"}},
    ],
)
def test_a_damaged_record_is_not_taken_for_what_the_user_chose(damaged: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        remembered(damaged)


def test_a_setting_of_the_only_pooler_is_one_of_all_so_that_a_second_pooler_gets_it_too() -> None:
    before = Options(settings={"peer_id": "1"}, settings_of={"db": {"peer_id": "2", "pkt_buf": "4096"}})
    found = before.tuned("db", {"peer_id": "3"}, alone=True)
    assert (found.settings, found.settings_of) == ({"peer_id": "3"}, {"db": {"pkt_buf": "4096"}})


def test_a_setting_of_one_pooler_of_several_leaves_the_others_alone() -> None:
    before = Options(settings={"peer_id": "1"}, settings_of={"b": {"peer_id": "2"}})
    found = before.tuned("db", {"peer_id": "3"}, alone=False)
    assert [found.settings_for(name)["peer_id"] for name in ("db", "b", "c")] == ["3", "2", "1"]
    assert found.tuned("db", {"peer_id": ""}, alone=False) == before
