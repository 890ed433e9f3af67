"""Why enable refuses a project: a Compose that would read the result differently."""

from __future__ import annotations

import pytest

from devpool.edit.rewrite import Changes
from devpool.errors import DevpoolError
from devpool.lifecycle.enable_refusals import refuse_old_compose
from devpool.text.edits import insertion

PLAIN = insertion("c.yml", 0, ("    environment:", "\n      A: b"), ("services", "web", "environment"))
TAGGED = insertion("c.yml", 0, ("    depends_on: !override", "\n      - b"), ("services", "web", "depends_on"))


@pytest.mark.parametrize(
    ("changes", "version", "refused"),
    [
        (Changes(edits=(PLAIN, TAGGED), private={}), (2, 24, 3), True),
        (Changes(edits=(TAGGED,), private={}), (2, 9), True),
        (Changes(edits=(TAGGED,), private={}), (2, 24, 4), False),
        (Changes(edits=(TAGGED,), private={}), (5, 0, 1), False),
        (Changes(edits=(TAGGED,), private={}), (), False),
        (Changes(edits=(PLAIN,), private={}), (2, 9), False),
        (Changes(edits=(PLAIN,), private={"a.env": ""}), (2, 9), True),
    ],
)
def test_an_older_compose_is_given_nothing_that_it_does_not_know(
    changes: Changes, version: tuple[int, ...], refused: bool
) -> None:
    try:
        refuse_old_compose(changes, version)
        code = ""
    except DevpoolError as error:
        code = error.code
    assert code == ("compose-too-old" if refused else "")
