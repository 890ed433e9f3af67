"""The page about real applications and suites is made of what `bin/apps` and `bin/suites` have measured with them."""

from __future__ import annotations

from apps.__main__ import PAGE, whole_page


def test_the_page_is_made_of_what_was_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == whole_page()
