"""The two smallest real applications go through the whole story here; the others do with `bin/apps`.

Miniflux breaks behind a pooler without the change that `enable` names, and Minion's worker without being direct.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from apps.app import load
from apps.judge import faults
from apps.project import app_project
from apps.story import tell

SECONDS = 1


@pytest.mark.timeout(900)  # where its image has to be made first
@pytest.mark.parametrize("name", ["miniflux", "minion"])
def test_an_application_works_pooled_as_it_does_directly(
    name: str, tmp_path: Path, plain_shell: dict[str, str]
) -> None:
    app = load(name)
    with app_project(name, app, tmp_path, plain_shell) as project:
        assert faults(app, tell(project, SECONDS)) == []
