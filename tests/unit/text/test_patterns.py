"""Patterns that are compiled late: they are what `re.compile` gives, and each of them can be compiled."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from devpool.text.patterns import regex

REPO = Path(__file__).resolve().parents[3]
# Every module of devpool, with the patterns at its top compiled at once.
_ALL = """
import importlib, pathlib, re
from devpool.text import patterns
seen = []
patterns.regex = lambda *given: seen.append(given) or re.compile(*given)
for path in sorted(pathlib.Path("devpool").rglob("*.py")):
    if path.stem not in ("__main__", "patterns"):
        importlib.import_module(".".join(path.with_suffix("").parts))
print(len(seen))
"""


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    late, early = regex("(?P<word>[a-z]+)", re.I), re.compile("(?P<word>[a-z]+)", re.I)
    for _ in range(2):
        assert late.findall("one TWO") == early.findall("one TWO") == ["one", "TWO"]
        assert late.sub("-", "a1b") == "-1-"
    found = late.fullmatch("Word")
    assert found is not None and found["word"] == "Word"
    assert (late.pattern, late.flags) == (early.pattern, early.flags)


def test_every_pattern_can_be_compiled() -> None:
    done = subprocess.run([sys.executable, "-c", _ALL], cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100
