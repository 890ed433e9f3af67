"""Options that several commands share: settings from several options, and words that are not devpool's own."""

from __future__ import annotations

from typing import Any

import click
import pytest

from devpool.command_options import AfterDashes, given_settings, project_options, words_after_dashes
from devpool.errors import DevpoolError

NONE = {"pool_mode": None, "pool_size": None, "settings": (), "fast_auth": False, "preset": None}


@pytest.mark.parametrize(
    ("given", "settings"),
    [
        ({}, {}),
        ({"preset": "ci"}, {"preset": "ci"}),
        ({"pool_mode": "session", "pool_size": 5}, {"pool_mode": "session", "default_pool_size": "5"}),
        ({"pool_size": 5, "settings": ("default_pool_size=5",)}, {"default_pool_size": "5"}),
        ({"settings": ("max_client_conn=50",)}, {"max_client_conn": "50"}),
        ({"settings": ("server_idle_timeout=",)}, {"server_idle_timeout": ""}),
        ({"fast_auth": True}, {"scram_iterations": "256"}),
    ],
)
def test_an_option_is_the_setting_that_it_stands_for(given: dict[str, Any], settings: dict[str, str]) -> None:
    assert given_settings(NONE | given) == settings


def test_the_preset_comes_first_so_that_every_other_setting_wins() -> None:
    found = given_settings(NONE | {"preset": "ci", "pool_size": 5, "settings": ("max_client_conn=50",)})
    assert list(found) == ["preset", "default_pool_size", "max_client_conn"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"pool_size": 5, "settings": ("default_pool_size=6",)}, "setting-twice"),
        ({"fast_auth": True, "settings": ("scram_iterations=4096",)}, "setting-twice"),
        ({"settings": ("listen_port=5432",)}, "setting-decided"),
        ({"settings": ("max_client_con=5",)}, "unknown-setting"),
    ],
)
def test_options_that_contradict_each_other_are_refused_by_name(given: dict[str, Any], code: str) -> None:
    with pytest.raises(DevpoolError) as error:
        given_settings(NONE | given)
    assert error.value.code == code


@click.command(cls=AfterDashes)
@project_options
@click.option("--service")
@click.argument("rest", nargs=-1)
def command(**_: object) -> None:
    """A command that takes another program's arguments."""


@pytest.mark.parametrize(
    ("given", "service", "after"),
    [
        (["--service", "web", "--", "--service", "job", "-f"], "web", ("--service", "job", "-f")),
        (["--", "--", "x"], None, ("--", "x")),
        (["--service", "web"], "web", ()),
        (["--"], None, ()),
    ],
)
def test_what_follows_the_dashes_is_never_parsed_as_devpools_own(
    given: list[str], service: str | None, after: tuple[str, ...]
) -> None:
    context = command.make_context("devpool", given)
    assert (context.params["service"], words_after_dashes(context), context.params["rest"]) == (service, after, ())


def test_the_options_of_compose_keep_their_names() -> None:
    given = ["-f", "a.yml", "--file", "b.yml", "--env-file", "x.env", "-p", "shop", "--profile", "dev"]
    params = command.make_context("devpool", given).params
    found = {name: params[name] for name in ("files", "env_files", "project_name", "profiles")}
    assert found == {"files": ("a.yml", "b.yml"), "env_files": ("x.env",), "project_name": "shop", "profiles": ("dev",)}
