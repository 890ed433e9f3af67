"""The dashboard for Grafana: every metric that it asks for is one that devpool prints, under that name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from devpool import resources
from devpool.measurements import pooler_metrics
from unit.measurements.test_pooler_metrics import table

BOARD: dict[str, Any] = json.loads(resources.dashboard())


def queries(node: object) -> Iterator[str]:
    """Every PromQL query, the variables' own among them."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "definition") and isinstance(value, str):
                yield value
            else:
                yield from queries(value)
    elif isinstance(node, list):
        for item in node:
            yield from queries(item)


def asked() -> set[str]:
    """The metrics that the dashboard asks for."""
    return {name for query in queries(BOARD) for name in re.findall(r"\bpgbouncer_\w+", query)}


def printed() -> dict[str, set[str]]:
    """The labels of each metric that devpool prints of a pooler with one row in each table."""
    tables: dict[str, list[dict[str, str]]] = {
        "VERSION": table("version\nPgBouncer 1.26.1"),
        "LISTS": [{"list": name, "items": "1"} for name in pooler_metrics._LISTS],
        "CONFIG": [{"key": name, "value": "1"} for name in pooler_metrics._CONFIG],
        "CLIENTS": table("user,database,state\nu,n,active"),
    }
    for name, (_, labels, columns) in pooler_metrics._TABLES.items():
        tables[name] = [dict.fromkeys(labels, "x") | dict.fromkeys(columns, "1")]
    return {f.name: set(f.samples[0].labels) for f in pooler_metrics.families(tables)}


def test_every_metric_of_the_dashboard_is_printed() -> None:
    assert len(asked()) > 15
    assert sorted(asked() - printed().keys()) == []


def test_every_panel_asks_something_and_has_a_title() -> None:
    assert all(panel["title"] and panel["targets"] for panel in BOARD["panels"])
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


@pytest.mark.parametrize("query", sorted(q for q in queries(BOARD) if "$database" in q))
def test_the_databases_that_are_chosen_are_a_label_of_what_is_asked(query: str) -> None:
    chosen = re.findall(r'(pgbouncer_\w+)\{database=~"\$database"\}', query)
    assert chosen
    assert all("database" in printed()[name] for name in chosen)


def test_the_panels_do_not_overlap_and_fit_the_width() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
