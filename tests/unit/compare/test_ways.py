"""The pooled ways, and the options of their poolers."""

from __future__ import annotations

from devpool.compare.ways import Way, _options, pooled_ways
from devpool.decide.options import Options


def test_each_further_setting_is_a_way_of_its_own() -> None:
    assert pooled_ways(["session", "session", "statement"], 1) == [
        Way(name="pooled"),
        Way(name="session", settings={"pool_mode": "session"}),
        Way(name="statement", settings={"pool_mode": "statement"}),
        Way(name="pool size 1", settings={"default_pool_size": "1"}, usual={"query_wait_timeout": "30"}),
    ]


def test_a_client_of_a_small_pool_waits_half_a_minute_unless_the_project_says_how_long() -> None:
    way = pooled_ways([], 1)[1]
    for options, seconds in (
        (Options(), "30"),
        (Options(settings={"query_wait_timeout": "5"}), "5"),
        (Options(settings_of={"db": {"query_wait_timeout": "6"}}), "6"),
    ):
        found = _options(options, way, "x").settings_for("db")
        assert (found["default_pool_size"], found["query_wait_timeout"]) == ("1", seconds)


def test_the_pooler_has_the_projects_settings_but_for_its_own() -> None:
    options = Options(
        publish=6432, metrics=True, settings={"preset": "ci"}, settings_of={"db": {"pool_mode": "session"}}
    )
    found = _options(options, Way(name="x", settings={"pool_mode": "transaction"}), "compare-x")
    assert found.settings_for("db") == {"preset": "ci", "pool_mode": "transaction"}
    assert (found.name, found.publish, found.metrics) == ("compare-x", None, False)
    assert _options(options, Way(name="pooled"), "x").settings_for("db") == {"preset": "ci", "pool_mode": "session"}
