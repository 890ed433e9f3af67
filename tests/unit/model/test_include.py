"""`include` as it is written."""

from __future__ import annotations

import pytest

from devpool.model.include import included
from devpool.text.document import parse

Written = tuple[list[str], str, list[str]]


def items(text: str) -> list[Written]:
    """Of each item its paths, its folder and its env files."""
    return [
        ([p.value for p in i.paths], i.folder.value if i.folder else "", [e.value for e in i.env_files])
        for i in included(parse("/p/compose.yml", text.encode(), "/p"))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("include: [a.yml, 'b.yml']\n", [(["a.yml"], "", []), (["b.yml"], "", [])]),
        ("include:\n  - path: a.yml\n", [(["a.yml"], "", [])]),
        ("include:\n  - path: [a.yml, b.yml]\n", [(["a.yml", "b.yml"], "", [])]),
        ("include:\n  - {path: a.yml, project_directory: sub, env_file: .env}\n", [(["a.yml"], "sub", [".env"])]),
        ("include:\n  - path: a.yml\n    env_file: [a.env, b.env]\n", [(["a.yml"], "", ["a.env", "b.env"])]),
        ("include:\n  - {Path: a.yml, ENV_FILE: .env}\n", [(["a.yml"], "", [".env"])]),
        ("x: &x {path: a.yml}\ninclude: [*x]\n", [(["a.yml"], "", [])]),
        ("include:\n  - {env_file: .env}\n", [([], "", [".env"])]),
        ("include: a.yml\n", []),
        ("include:\n", []),
        ("services: {}\n", []),
    ],
)
def test_an_item_names_files_a_folder_and_env_files(text: str, expected: list[Written]) -> None:
    assert items(text) == expected
