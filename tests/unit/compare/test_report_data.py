"""A comparison as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass

from devpool.compare.report_data import data_of
from unit.compare.comparisons import FOUND, comparison, run


def test_json_has_all_of_it() -> None:
    found = json.loads(json.dumps(data_of(FOUND), default=lambda one: asdict(one) if is_dataclass(one) else repr(one)))
    direct, pooled = found["ways"]
    assert found["different"] is True
    assert direct["runs"][0]["tests"] == {"passed": 3, "failed": 0, "skipped": 0}
    (test,) = pooled["only_pooled"]
    assert (test["name"], test["explained"][0]["where"]) == ("three", "its message")
    assert [test["name"] for test in pooled["left"][0]["tests"]] == ["three"]


def test_nothing_is_told_of_the_direct_way_but_its_runs() -> None:
    assert list(data_of(comparison(run()))["ways"][0]) == ["name", "runs"]
