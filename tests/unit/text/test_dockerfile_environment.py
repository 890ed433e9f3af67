"""The variables that a Dockerfile gives an image."""

from __future__ import annotations

import pytest

from devpool.text.dockerfile_environment import environment_lines


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        ("FROM x\nENV A=1\nRUN ENV\n", ["", "A=1", ""]),
        ("env A=1\n", ["A=1"]),
        ("ENV A 1 2\n", ["A=1 2"]),
        ("ENV A=1 \\\n    B=2\nRUN x\n", ["A=1", "B=2", ""]),
        ("RUN a \\\n  b\nENV C=3", ["", "", "C=3"]),
        ("", []),
    ],
)
def test_only_what_env_says_is_left_each_on_its_line(dockerfile: str, lines: list[str]) -> None:
    assert environment_lines(dockerfile).split("\n") == (lines or [""])
