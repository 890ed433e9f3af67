"""Bash ends a word at `:` and `=`: the whole word is completed, and only its last part is given back."""

from __future__ import annotations

import pytest
from click.shell_completion import CompletionItem

from devpool.bash_completion import Bash
from devpool.cli import devpool


@pytest.mark.parametrize(
    ("line", "words", "last", "value", "given"),
    [
        ("devpool st", [], "st", "status", "status"),
        ("devpool status ", ["status"], "", "--json", "--json"),
        ("devpool set pool_mode=se", ["set"], "pool_mode=se", "pool_mode=session", "session"),
        ("devpool enable --direct web:DA", ["enable", "--direct"], "web:DA", "web:DATABASE_URL", "DATABASE_URL"),
        ("devpool enable --direct=web:DA", ["enable"], "--direct=web:DA", "web:DATABASE_URL", "DATABASE_URL"),
        ("devpool enable --preset=c", ["enable"], "--preset=c", "ci", "ci"),
        ("devpool -f 'my file.yml' st", ["-f", "my file.yml"], "st", "status", "status"),
        ("devpool", [], "", "status", "status"),
    ],
)
def test_a_word_is_completed_as_a_whole_and_given_back_in_part(
    line: str, words: list[str], last: str, value: str, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMP_LINE", line)
    bash = Bash(devpool, {}, "devpool", "_DEVPOOL_COMPLETE")
    assert bash.get_completion_args() == (words, last)
    assert bash.format_completion(CompletionItem(value)) == f"plain,{given}"
