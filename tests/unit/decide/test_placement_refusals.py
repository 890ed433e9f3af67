"""The errors for values that cannot change: each names the variable and its place, and a way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from memory_project import COMPOSE, one_variable, project

from devpool.decide import placement_refusals as refusals
from devpool.errors import DevpoolError
from devpool.model.project import ConnectionVariable

TEXT = """\
services:
  db:
    image: postgres:17
  web:
    image: app
    environment:
      SHOP_URL: postgres://u:hunter2@db:5432/x
"""
ALL = project(
    {"compose.yml": TEXT + "  job: {extends: web}\n", "far.yml": "services: {far: {image: far}}\n"},
    compose=("compose.yml", "far.yml"),
).services
WEB, JOB, FAR = (ALL[name] for name in ("web", "job", "far"))
Refusal = Callable[[ConnectionVariable], DevpoolError]


@pytest.mark.parametrize(
    ("refusal", "code", "ways_out"),
    [
        (lambda s: refusals.read_by(s, "other.yml"), "shared-value", ["--direct web", "--allow-shared"]),
        (lambda s: refusals.only_in_shell(s, "URL"), "only-in-shell", ["URL in .env", "--by-name web"]),
        (refusals.not_plain, "value-not-plain", ["--by-name web", "--direct web"]),
        (lambda s: refusals.extended(s, WEB, JOB), "shared-value", ["<<: *web", "--direct web"]),
        (
            lambda s: refusals.extended(s, WEB, FAR),
            "shared-value",
            ["third service without `SHOP_URL`", "--direct web"],
        ),
        (refusals.with_secret, "shared-value", ["${DB_PASSWORD}", "--by-name web", "--direct web"]),
        (refusals.repeats_secret, "override-repeats-secret", ["${DB_PASSWORD}", "--direct web", "--no-override"]),
        (refusals.shared_value, "shared-value", ["--by-name web", "--direct web", "--pool"]),
    ],
)
def test_a_refusal_names_the_variable_its_line_and_the_ways_out(
    refusal: Refusal, code: str, ways_out: list[str]
) -> None:
    error = refusal(one_variable(project(TEXT), "SHOP_URL"))
    assert (error.code, error.where) == (code, f"{COMPOSE}:7")
    assert "`web.SHOP_URL`" in error.message
    assert [way for way in ways_out if way not in error.hint] == []
    assert "hunter2" not in error.message + error.hint
