"""Draws what the tutorial shows of a terminal as SVG, for the README. Its blocks are devpool's own output: a test runs
them (tests/e2e/test_tutorial.py). `bin/docs --generate` runs this, tests/site/test_pages.py compares.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHOWN = {"assets/status.svg": "devpool status"}
_STYLES = {r"^\$ .*": "bold", r"\b(pooled|proved|healthy)\b": "green", r"^[A-Z][A-Z ]+$": "dim"}


def picture(command: str) -> str:
    """The tutorial's block of that command as SVG, which loads nothing."""
    tutorial = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    found = re.search(rf"^```text\n(\$ {re.escape(command)}\n.*?)\n```", tutorial, re.M | re.S)
    assert found, f"the tutorial shows no `{command}`"
    text = Text(found[1])
    for pattern, style in _STYLES.items():
        text.highlight_regex(re.compile(pattern, re.M), style)
    width = max(map(len, found[1].splitlines()))
    console = Console(record=True, file=io.StringIO(), width=width, color_system="truecolor", force_terminal=True)
    console.print(text)
    drawn = console.export_svg(title=command, unique_id="devpool")
    without_fonts = re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.S)
    return "".join(f"{line.rstrip()}\n" for line in without_fonts.splitlines())


if __name__ == "__main__":
    for name, command in SHOWN.items():
        (DOCS / name).write_text(picture(command), encoding="utf-8")
