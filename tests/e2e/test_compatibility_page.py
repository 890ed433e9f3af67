"""The page about real applications is made of what `bin/apps` has measured with them."""

from __future__ import annotations

from apps.__main__ import PAGE, measured
from apps.report import page


def test_the_page_is_made_of_what_was_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(measured())
