"""What is kept of a run of a suite: the counts, and what fails through the pooler alone. Pure.

A test that fails so without a reason in its `suite.py` is a fault: somebody has to look why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from suites.suite import UNKNOWN, Reason, Suite

Measured = dict[str, Any]
_SHOWN = 3  # tests named for a reason


def told(suite: Suite, found: Mapping[str, Any]) -> Measured:
    """What is kept of a comparison: the tests that fail through the pooler alone by their reasons, the most first.

    Args:
        suite: the suite.
        found: what `compare --json` says.
    """
    direct, pooled = found["ways"]
    failed: dict[Reason, list[str]] = {}
    for test in pooled["only_pooled"]:
        failed.setdefault(suite.reason(test) or UNKNOWN, []).append(f"{test['group']} {test['name']}")
    return {
        "direct": direct["runs"][0]["tests"],
        "pooled": pooled["runs"][0]["tests"],
        "seconds": [round(way["runs"][0]["figures"]["seconds"]) for way in (direct, pooled)],
        "explained": sum(bool(test["explained"]) for test in pooled["only_pooled"]),
        "failed": [
            {"why": reason.why, "apps": reason.concerns_apps, "tests": len(tests), "such_as": tests[:_SHOWN]}
            for reason, tests in sorted(failed.items(), key=lambda entry: -len(entry[1]))
        ],
        "left": sorted({left["kind"] for left in pooled["left"]}),
        "not_compared": len(pooled["flaky"]) + len(pooled["missing"]) + len(pooled["both"]),
    }


def faults(measured: Measured) -> Iterator[str]:
    """What does not hold, each as a sentence."""
    if not measured["direct"]["passed"]:
        yield "no test passes directly"
    for entry in measured["failed"]:
        if not entry["why"]:
            yield f"{entry['tests']} tests fail for a reason that nobody has named: {', '.join(entry['such_as'])}"
