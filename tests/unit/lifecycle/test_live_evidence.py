"""Which services are asked for their connections at all."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.options import Options
from devpool.lifecycle.live_evidence import _candidates

APP = project(
    """\
services:
  db: {image: postgres:17}
  web: {image: shop, environment: {DATABASE_URL: 'postgres://u:p@db:5432/x'}}
  jobs: {image: shop}
  cache: {image: redis:7}
"""
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (Options(), ["jobs"]),
        (Options(direct=("jobs",)), []),
        (Options(by_name=("jobs:db",)), []),
        (Options(evidence={"jobs:db": "a file names db"}), []),
        (Options(direct=("web",)), ["jobs"]),
    ],
)
def test_what_is_known_already_or_cannot_connect_is_not_asked_for(options: Options, expected: list[str]) -> None:
    assert _candidates(APP, options, ["db"]) == expected
