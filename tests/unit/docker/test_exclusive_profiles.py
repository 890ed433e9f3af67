"""Projects that Compose accepts with some profiles and not with all of them together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devpool.docker.compose_reading import read_compose
from devpool.docker.engine import Call
from devpool.errors import DevpoolError

pytestmark = pytest.mark.usefixtures("compose_plugin")
WEB = """services:
  web-dev: {image: app, container_name: web, profiles: [dev]}
  web-prod: {image: app, container_name: web, profiles: [prod, live]}
"""


def call(folder: Path, text: str, *arguments: str) -> Call:
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    return Call(arguments=arguments, cwd=str(folder), environ=os.environ)


def test_where_all_profiles_fit_together_nothing_is_asked_one_by_one(tmp_path: Path) -> None:
    found = read_compose(call(tmp_path, WEB.replace("container_name: web, ", "")))
    assert (sorted(found.services), found.accepted) == (["web-dev", "web-prod"], frozenset())


def test_profiles_that_exclude_each_other_are_read_and_checked_one_by_one(tmp_path: Path) -> None:
    found = read_compose(call(tmp_path, WEB))
    assert (sorted(found.services), sorted(found.hashes)) == (["web-dev", "web-prod"],) * 2
    assert found.accepted == {"", "dev", "live", "prod"}


def test_a_profile_that_does_not_fit_the_users_own_is_not_accepted(tmp_path: Path) -> None:
    assert read_compose(call(tmp_path, WEB, "--profile", "dev")).accepted == {"", "dev"}


def test_a_project_that_only_a_profile_completes_is_accepted_with_it(tmp_path: Path) -> None:
    text = WEB + "  job: {image: app, depends_on: [web-dev]}\n"
    assert read_compose(call(tmp_path, text)).accepted == {"dev"}


def test_what_no_profile_mends_is_refused_with_the_reason_that_the_user_sees(tmp_path: Path) -> None:
    with pytest.raises(DevpoolError, match="undefined network nowhere") as raised:
        read_compose(call(tmp_path, WEB + "  job: {image: app, networks: [nowhere]}\n"))
    assert raised.value.code == "compose-refuses"
