"""What a `.dockerignore` keeps out, by the table of moby/patternmatcher and of the files that projects have."""

from __future__ import annotations

import time

import pytest

from devpool.text.dockerignore import excludes

SECRET = ".devpool/env/web.env"

KEPT_OUT = [
    ".devpool",
    ".devpool/",
    "/.devpool",
    "./.devpool",
    ".devpool/env",
    ".devpool/env/*",
    ".devpool/**",
    ".devpool/*/web.env",
    "**/.devpool",
    "**/env",
    "**/*.env",
    "**.env",
    "*",
    "**",
    ".*",
    ".d?vpool",
    ".[a-d]evpool",
    ".[^x]evpool",
    "\\.devpool",
    "a/../.devpool",
    "  .devpool  ",
    "\ufeff.devpool",
    ".git\r\n.devpool\r\n",
    "!.devpool\n.devpool",
    "*\n!src",
    "*\n!.devpool/pgbouncer",
    "# comment\n\n.devpool",
    "**/**/env/**",
]
TAKEN_IN = [
    "",
    ".env",
    "*.env",
    "web.env",
    "env",
    "# .devpool",
    ".devpool2",
    "devpool",
    ".devpool/env/api.env",
    ".devpool\n!.devpool",
    "*\n!.devpool",
    "*\n! .devpool/env/web.env",
    "*\n!**/*.env",
    "**\n!.*",
    ".devpool\n!.devpool/env",
    ".dev[pool",
    "[",
    "!",
    ".",
    "/",
    ".devpool/env?web.env",
    ".devpool*web.env",
    "x**env",
    "../.devpool",
]


@pytest.mark.parametrize("text", KEPT_OUT)
def test_these_keep_the_file_out(text: str) -> None:
    assert excludes(text, SECRET)


@pytest.mark.parametrize("text", TAKEN_IN)
def test_these_take_the_file_in(text: str) -> None:
    assert not excludes(text, SECRET)


def test_a_pattern_is_one_from_the_context() -> None:
    assert excludes("shop/.devpool", f"shop/{SECRET}")
    assert not excludes(".devpool", f"shop/{SECRET}")
    assert excludes("**/.devpool", f"shop/{SECRET}")


def test_what_a_pattern_of_many_wildcards_costs_is_bounded() -> None:
    begun = time.perf_counter()
    patterns = ["**/" * 300 + "x", "*a" * 400, "**a" * 300, "**/" * 20_000]
    assert not excludes("\n".join(patterns), "a/" * 40 + "b")
    assert time.perf_counter() - begun < 3


def test_a_pattern_that_is_too_long_to_be_looked_at_keeps_nothing_out() -> None:
    assert not excludes("*" * 2000, SECRET)
    assert not excludes(".devpool\n!" + "*" * 2000, SECRET)
