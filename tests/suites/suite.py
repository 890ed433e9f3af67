"""What is known of a test suite: each folder's `suite.py` has one `SUITE`."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why some tests of a suite fail through the pooler alone.

    Attributes:
        tests: a regular expression, searched in `GROUP NAME: MESSAGE` of a test.
        why: the reason, as a sentence for the page of compatibility.
        concerns_apps: whether an app meets the same; otherwise the test looks into the library or the server.
    """

    tests: str
    why: str
    concerns_apps: bool = True


UNKNOWN = Reason(tests="", why="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One suite.

    Attributes:
        title: the library's name.
        driver: how it connects to Postgres, where it is no driver itself.
        source: where its own documentation says how to run the tests.
        version: a command in the image whose output is its version.
        part: which of its tests are run, in words.
        command: what runs them, in the service `suite`.
        junit: where it writes its report, for a command that does not tell.
        reasons: why tests fail through the pooler alone; the first that fits counts.
    """

    title: str
    driver: str = ""
    source: str
    version: tuple[str, ...]
    part: str
    command: tuple[str, ...]
    junit: str = ""
    reasons: tuple[Reason, ...] = ()

    def reason(self, test: Mapping[str, Any]) -> Reason | None:
        """Why a test fails, as `compare --json` has it."""
        text = f"{test['group']} {test['name']}: {test['message']}"
        return next((reason for reason in self.reasons if re.search(reason.tests, text)), None)


def names() -> list[str]:
    """The suites there are."""
    return sorted(path.parent.name for path in FOLDER.glob("*/suite.py"))


def load(name: str) -> Suite:
    """The suite of a folder."""
    suite = importlib.import_module(f"suites.{name}.suite").SUITE
    assert isinstance(suite, Suite)
    return suite
