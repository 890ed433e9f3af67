"""The pooled ways, and the options of their poolers."""

from __future__ import annotations

from devpool.compare.ways import Way, _options, pooled_ways
from devpool.decide.options import Options


def test_each_further_setting_is_a_way_of_its_own() -> None:
    assert pooled_ways(["session", "session", "statement"], 1) == [
        Way(name="pooled"),
        Way(name="session", settings={"pool_mode": "session"}),
        Way(name="statement", settings={"pool_mode": "statement"}),
        Way(name="pool size 1", settings={"default_pool_size": "1"}),
    ]


def test_the_pooler_has_the_projects_settings_but_for_its_own() -> None:
    options = Options(
        publish=6432, metrics=True, settings={"preset": "ci"}, settings_of={"db": {"pool_mode": "session"}}
    )
    found = _options(options, Way(name="x", settings={"pool_mode": "transaction"}), "compare-x")
    assert found.settings_for("db") == {"preset": "ci", "pool_mode": "transaction"}
    assert (found.name, found.publish, found.metrics) == ("compare-x", None, False)
    assert _options(options, Way(name="pooled"), "x").settings_for("db") == {"preset": "ci", "pool_mode": "session"}
