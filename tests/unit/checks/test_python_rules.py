"""Django and the drivers of Python, judged for this very pooler."""

from __future__ import annotations

from unit.checks.healthy_project import django, frameworks, levels


def test_a_django_that_is_set_up_for_pooling_is_ok() -> None:
    assert levels(frameworks(django())) == {"ok"}


def test_server_side_cursors_of_django_are_found() -> None:
    (found,) = [r for r in frameworks(django(DISABLE_SERVER_SIDE_CURSORS=False)) if r.level == "warning"]
    assert "DISABLE_SERVER_SIDE_CURSORS = True" in found.hint


def test_options_that_the_pooler_does_not_apply_are_found() -> None:
    assert "warning" in levels(frameworks(django(options=["search_path"])))
    assert "warning" not in levels(frameworks(django(options=["search_path"]), ignore_startup_parameters="x"))
