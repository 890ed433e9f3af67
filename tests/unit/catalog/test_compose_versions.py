"""The oldest Compose is named the same to the user, to the code and in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.catalog.compose_versions import OLDEST, OLDEST_IN_WORDS
from devpool.checks.facts import version

ROOT = Path(__file__).resolve().parents[3]


def test_the_words_are_the_number_that_versions_are_compared_with() -> None:
    assert version(OLDEST_IN_WORDS) == OLDEST
    assert version("2.24.3") < OLDEST < version("2.24.10")


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/install.md", "docs/reference/versions.md"])
def test_who_installs_it_reads_the_same_version(page: str) -> None:
    assert f"{OLDEST_IN_WORDS} or newer" in (ROOT / page).read_text(encoding="utf-8")
