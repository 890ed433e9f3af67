"""Each migration tool of the table has a command, a file by which it is known, and the words that run it."""

from __future__ import annotations

import re

import pytest

from devpool.catalog.migration_tools import DIRECT_NAMES, EXECS, NONE, SESSION, TABLE, TOOLS, TRANSACTION, Tool
from devpool.catalog.variable_names import PAST_A_POOLER

FILLED = {"{run}", "{python}", "{exec}", "{file}", "{folder}"}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_row_can_be_used(tool: Tool) -> None:
    assert tool.command and tool.ways
    assert tool.lock in (NONE, TABLE, TRANSACTION, SESSION)
    commands = [tool.command, *(way.command for way in tool.ways if way.command)]
    assert set(re.findall(r"\{\w+\}", " ".join(word for words in commands for word in words))) <= FILLED
    for way in tool.ways:
        re.compile(way.says)
        assert not way.file.startswith("/") and ".." not in way.file


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_its_own_command_is_among_the_words_that_run_it(tool: Tool) -> None:
    typed = (
        " ".join(tool.command).replace("{python}", "python").replace("{folder}", "migrations").replace("{file}", "x")
    )
    typed = re.sub(r"\{(run|exec)\}\s*", "", typed)
    assert re.search(tool.spoken, typed)
    assert [other.name for other in TOOLS if re.search(other.spoken, typed)] == [tool.name]


def test_names_are_told_once_and_each_direct_name_says_that_it_is_one() -> None:
    names = [tool.name for tool in TOOLS]
    assert len({*names}) == len(names)
    assert [name for name in DIRECT_NAMES if not PAST_A_POOLER.search(name)] == []


def test_a_lock_file_tells_the_package_manager_before_package_json_does() -> None:
    assert EXECS[-1][0] == "package.json"
    assert dict(EXECS)["pnpm-lock.yaml"] == ("pnpm", "exec")
