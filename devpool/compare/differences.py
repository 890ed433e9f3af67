"""Which tests come out differently through the pooler: over one run of each, or several. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from devpool.compare.junit_report import Case, Report

Way = Literal["always", "never", "sometimes", "absent"]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The tests that failed somewhere, each in one list.

    Attributes:
        only_pooled: pass in every direct run and fail in every pooled one.
        only_direct: the other way round.
        both: fail in every run.
        flaky: fail in some runs of one way, and not in others.
        missing: failed or passed one way, and are not in the other's reports at all.
    """

    only_pooled: tuple[Case, ...] = ()
    only_direct: tuple[Case, ...] = ()
    both: tuple[Case, ...] = ()
    flaky: tuple[Case, ...] = ()
    missing: tuple[Case, ...] = ()


def differences(direct: Sequence[Report], pooled: Sequence[Report]) -> Differences:
    """What differs. A test that did not run counts as one that did not fail.

    Args:
        direct: the reports of the direct runs.
        pooled: those of the runs through one pooler.
    """
    lists: dict[str, list[Case]] = {name: [] for name in ("only_pooled", "only_direct", "both", "flaky", "missing")}
    for key in _keys([*direct, *pooled]):
        name = _list_of(_fails(direct, key), _fails(pooled, key))
        if name:
            lists[name].append(_shown(key, [*pooled, *direct]))
    return Differences(**{name: tuple(tests) for name, tests in lists.items()})


def _list_of(direct: Way, pooled: Way) -> str:
    if "sometimes" in (direct, pooled):
        return "flaky"
    if "absent" in (direct, pooled):
        return "missing"
    return {
        ("never", "always"): "only_pooled",
        ("always", "never"): "only_direct",
        ("always", "always"): "both",
    }.get((direct, pooled), "")


def _keys(reports: Iterable[Report]) -> list[Key]:
    return list(dict.fromkeys(key for report in reports for key in report.tests))


def _fails(reports: Sequence[Report], key: Key) -> Way:
    mine = [report.tests[key] for report in reports if key in report.tests]
    if not mine:
        return "absent"
    failed = [test.outcome == "failed" for test in mine]
    return "always" if all(failed) else "sometimes" if any(failed) else "never"


def _shown(key: Key, reports: Iterable[Report]) -> Case:
    """The test as the first report has it in which it failed, or else in which it is."""
    mine = [report.tests[key] for report in reports if key in report.tests]
    return next((test for test in mine if test.outcome == "failed"), mine[0])
