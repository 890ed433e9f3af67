"""The suites of tests/suites: what fails through the pooler alone has a reason that somebody has found.

`bin/suites` runs all of them, each for minutes; here one shows that the way there works.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from suites.judge import faults
from suites.measure import measure
from suites.suite import load


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ["sqlalchemy"])
def test_nothing_fails_without_a_reason(name: str, tmp_path: Path, plain_shell: dict[str, str]) -> None:
    measured = measure(name, tmp_path, plain_shell)
    assert list(faults(measured)) == []
    assert load(name).title == measured["title"]
