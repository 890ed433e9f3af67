"""Which line of the source most likely left something."""

from __future__ import annotations

import pytest

from devpool.checks.installed import Mention
from devpool.compare.find_in_source import place
from unit.compare.comparisons import LEFT

OTHER = Mention(place="lib/other.py:3", text='execute("SET statement_timeout = 1")')
TESTED = Mention(place="tests/test_a.py:9", text='execute("set statement_timeout to 2")')


@pytest.mark.parametrize(
    ("mentions", "groups", "found"),
    [
        ([], [], ""),
        ([Mention(place="a.py:1", text="statement_timeout")], [], ""),
        ([OTHER, TESTED], [], "lib/other.py:3"),
        ([OTHER, TESTED], ["tests.test_a.TestIt"], "tests/test_a.py:9"),
        ([OTHER, TESTED], ["tests/test_a.py"], "tests/test_a.py:9"),
    ],
)
def test_the_line_of_a_file_that_ran_comes_first(mentions: list[Mention], groups: list[str], found: str) -> None:
    assert place(LEFT, mentions, groups) == found
