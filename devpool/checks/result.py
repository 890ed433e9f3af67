"""The result of one check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "critical", "skipped"]
_RANK: dict[Level, int] = {"skipped": 0, "ok": 1, "warning": 2, "critical": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table: the check, the service ("" for the project), the level, the reason, and what to do."""

    check: str
    subject: str = ""
    level: Level
    message: str
    hint: str = ""


def ok(check: str, subject: str, message: str, hint: str = "") -> Result:
    """It is as it should be."""
    return Result(check=check, subject=subject, level="ok", message=message, hint=hint)


def warning(check: str, subject: str, message: str, hint: str = "") -> Result:
    """It works, and may not for long."""
    return Result(check=check, subject=subject, level="warning", message=message, hint=hint)


def critical(check: str, subject: str, message: str, hint: str = "") -> Result:
    """It does not do its job."""
    return Result(check=check, subject=subject, level="critical", message=message, hint=hint)


def skipped(check: str, subject: str, message: str, hint: str = "") -> Result:
    """It could not be checked, for the given reason."""
    return Result(check=check, subject=subject, level="skipped", message=message, hint=hint)


def monitored(results: Iterable[Result]) -> Level:
    """The worst level for monitoring: if no pooler could be checked, the state is unknown."""
    found = list(results)
    level = worst(found)
    judged = any(r.check == "pooler" and r.level != "skipped" for r in found)
    return level if judged or level in ("warning", "critical") else "skipped"


def worst(results: Iterable[Result]) -> Level:
    """The worst level of all; `skipped` if nothing could be checked."""
    return max((r.level for r in results), key=_RANK.__getitem__, default="skipped")
