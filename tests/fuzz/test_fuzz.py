"""Ten thousand damaged projects (a thousand fast): no traceback, no changed file, no password, no runaway.

Each goes through the real commands in this process, from the words of the command line to the disk and back:
`enable --no-verify --no-up`, and `disable --no-up` where that succeeded. What is left out is Compose (the proof by its
model is for what can be read at all) and the flushing of the disk (tests/crash is about that).

DEVPOOL_FUZZ_SEED    another seed; every run of a seed makes the same cases
DEVPOOL_FUZZ_CASES   how many
DEVPOOL_FUZZ_CASE    only the case of this number, as the message of a failure says
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from counting import count
from fuzz.cases import make_case
from fuzz.rig import Verdict, judge
from thinned import slow

SEED = os.environ.get("DEVPOOL_FUZZ_SEED", "20261120")
CASES = int(os.environ.get("DEVPOOL_FUZZ_CASES", "10000"))
ONLY = os.environ.get("DEVPOOL_FUZZ_CASE")
FAST, PART = 500, 3000
PARTS = [range(start, min(start + PART, CASES)) for start in range(FAST, CASES, PART)]


@pytest.mark.timeout(1200, method="thread")  # the limit of a single command is a signal already
@pytest.mark.parametrize("numbers", [range(min(FAST, CASES)), *map(slow, PARTS)], ids=lambda found: f"from {found[0]}")
def test_whatever_the_files_hold_devpool_enables_and_goes_back_or_refuses(folder: Path, numbers: range) -> None:
    verdicts: dict[str, Verdict] = {}
    broken: list[str] = []
    for number in [int(ONLY)] if ONLY else numbers:
        case = make_case(SEED, number)
        verdict = verdicts[case.name] = judge(case, folder)
        if verdict.faults:
            broken.append("\n".join([f"{case.name} ({case.golden}: {', '.join(case.history)})", *verdict.faults]))
    count(f"damaged projects: {_shown(verdicts)}")
    assert not broken, f"{len(broken)} cases broke a law\n\n" + "\n\n".join(broken[:20])


def _shown(verdicts: dict[str, Verdict]) -> str:
    """What became of the cases, and the slowest."""
    lines = [f"seed {SEED}, {len(verdicts)} cases"]
    lines += [f"{n:6} {result}" for result, n in Counter(v.result for v in verdicts.values()).most_common()]
    slowest = sorted(verdicts.items(), key=lambda item: -item[1].seconds)[:5]
    lines += [f"{verdict.seconds:6.2f} s {name} ({verdict.result})" for name, verdict in slowest]
    return "\n".join(lines)
