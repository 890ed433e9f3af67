"""A key that an app has no place for: the refusal says why, and what helps."""

from __future__ import annotations

import pytest
from memory_project import changed

from devpool.errors import DevpoolError

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
HEIR = "  heir:\n    extends: web\n    command: alembic upgrade head\n"


@pytest.mark.parametrize(
    ("web", "code", "hint"),
    [
        ("  web:\n    image: app\n    depends_on: [db]\n" + HEIR, "shared-dependencies", "`<<: *web`"),
        ("  web:\n    image: app\n" + HEIR, "shared-dependencies", "take `extends` out of `heir`"),
        ("  web: {image: app}\n", "layout-not-plain", "a line of its own"),
    ],
)
def test_an_app_that_has_no_place_for_its_links_and_dependencies(web: str, code: str, hint: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        changed(DB + web, by_name=("web",))
    assert caught.value.code == code
    assert hint in caught.value.hint


def test_the_ways_out_of_an_heir_are_ways_out() -> None:
    web = "  web: &web\n    image: app\n    depends_on: [db]\n"
    changed(DB + web + HEIR.replace("extends: web", "<<: *web"), by_name=("web",))
    changed(DB + web + HEIR.replace("    extends: web\n", "    image: app\n"), by_name=("web",))
