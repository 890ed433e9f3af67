"""The two smallest of the applications in tests/apps, and the page that is made of what was measured with all."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from apps.__main__ import PAGE, measured
from apps.app import load
from apps.judge import faults
from apps.project import app_project
from apps.report import page
from apps.story import tell


@pytest.mark.slow
@pytest.mark.timeout(1800)  # the first time, their images are built
@pytest.mark.parametrize("name", ["graphite", "miniflux"])
def test_an_application_works_pooled_as_directly(name: str, tmp_path: Path, plain_shell: dict[str, str]) -> None:
    app = load(name)
    with app_project(name, app, tmp_path / f"{name}-{uuid4().hex[:6]}", plain_shell, keep=False) as project:
        assert faults(app, tell(project, seconds=3)) == []


def test_the_page_is_made_of_what_was_measured() -> None:
    assert PAGE.read_text() == page(measured())
