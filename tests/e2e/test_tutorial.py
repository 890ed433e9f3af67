"""The tutorial does what it says: its very lines are run, one after the other, and say what the page shows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_rig import REPO, DemoProject

PAGE = (REPO / "docs" / "tutorial.md").read_text(encoding="utf-8")
# The fixture makes the copy, compares it, and takes all of it down.
NOT_RUN = ("cp ", "diff ", "docker compose down")


def steps() -> Iterator[tuple[str, str]]:
    """Each command, and what the page shows of it; "" where it shows nothing."""
    for kind, block in re.findall(r"^```(sh|text)\n(.*?)^```", PAGE, re.M | re.S):
        if kind == "text":
            command, _, shown = block.removeprefix("$ ").partition("\n")
            yield command, shown
        else:
            yield from ((line, "") for line in block.splitlines() if not line.startswith(NOT_RUN))


def plain(text: str) -> str:
    """Without what differs from run to run: numbers, the width of columns, and blanks at the ends of lines."""
    return re.sub(r"-{3,}", "---", re.sub(r" +(?=\n)", "", re.sub(r" +", " ", re.sub(r"\d+", "N", text)))).strip()


def looks(shown: str, said: str) -> bool:
    """Whether an output is what the page shows, whose `...` stands for any lines."""
    parts = [re.escape(plain(part)) for part in re.split(r"^\.\.\.$", shown, flags=re.M)]
    return re.fullmatch(".*".join(parts), plain(said), re.S) is not None


def test_every_block_of_the_tutorial_is_a_command_or_shows_one() -> None:
    commands = [command for command, _ in steps()]
    assert len(commands) >= 10
    assert [c for c in commands if not c.startswith(("devpool ", "docker compose "))] == []


@pytest.mark.slow
def test_the_lines_of_the_tutorial_say_what_it_shows(project: DemoProject, programs: Path) -> None:
    before = project.tree()
    path = f"{programs}{os.pathsep}{project.environ['PATH']}"
    for command, shown in steps():
        # As the page has it, it is typed at a terminal, which shows both streams.
        typed = f"exec 2>&1; {command.replace('compose exec', 'compose exec -T')}"
        done = project.call(["sh", "-c", typed], PATH=path)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        assert not shown or looks(shown, done.stdout), f"{command}\n{done.stdout}"
    assert project.tree() == before
