"""Regular expressions that are compiled when they are first used.

A command uses less than half of the 140 at the top of devpool's modules, and compiling all of them takes a
tenth of devpool's startup time.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Pattern:
    """Stands for a compiled pattern: has its methods, once one of them is asked for."""

    def __init__(self, text: str, flags: int) -> None:
        self._given = text, flags

    def __getattr__(self, name: str) -> Any:
        method = getattr(re.compile(*self._given), name)
        setattr(self, name, method)  # from now on it is found without this function
        return method


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, without the time that it takes until it is needed."""
    return cast("re.Pattern[str]", _Pattern(text, flags))


CONTINUED = regex(r"\\[ \t]*\r?\n")
"""The end of a line that goes on in the next one, in a shell and in a Dockerfile."""
