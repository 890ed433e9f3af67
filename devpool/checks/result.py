"""The result of one check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Level = Literal["ok", "warning", "critical", "skipped", "idle"]
"""`skipped` could not be judged; for `idle` there is nothing to judge at the moment."""
_RANK: dict[Level, int] = {"idle": 0, "skipped": 1, "ok": 2, "warning": 3, "critical": 4}
_ORDER: tuple[Level, ...] = ("critical", "warning", "ok", "idle", "skipped")
_LIKELY = "likely: "
_NAGIOS = {"ok": "OK", "warning": "WARNING", "critical": "CRITICAL", "skipped": "UNKNOWN"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table.

    Attributes:
        check: the check.
        subject: the service; "" for the project.
        level: what was found.
        message: the reason.
        hint: what to do; "" for nothing.
    """

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


def idle(check: str, subject: str, message: str, hint: str = "") -> Result:
    """There is nothing to judge at the moment."""
    return Result(check=check, subject=subject, level="idle", message=message, hint=hint)


def likely(result: Result, level: Level) -> Result:
    """What is said by files alone, which prove nothing: as likely."""
    return replace(result, level=level, message=f"{_LIKELY}{result.message}")


def verdict(results: Iterable[Result]) -> Level:
    """The answer of all checks together: the worst that was found; else `skipped` if anything could not be judged, or
    nothing was; else `ok`.
    """
    levels = {r.level for r in results}
    found = next((level for level in _ORDER[:2] if level in levels), None)
    return found or ("skipped" if "skipped" in levels or "ok" not in levels else "ok")


def monitored(results: Iterable[Result]) -> Level:
    """The worst level for monitoring: if no pooler could be checked, the state is unknown."""
    given = list(results)
    level = worst(given)
    judged = any(r.check == "pooler" and r.level != "skipped" for r in given)
    return level if judged or level in ("warning", "critical") else "skipped"


def worst(results: Iterable[Result]) -> Level:
    """The worst level of all; `skipped` if nothing could be checked."""
    return max((r.level for r in results), key=_RANK.__getitem__, default="skipped")


def check_lines(results: list[Result]) -> list[str]:
    """A table, a sentence for each check and a hint below it, and how many there are of each level."""
    level = max(len(r.level) for r in results)
    check = max(len(r.check) for r in results)
    subject = max(len(r.subject) for r in results)
    lines: list[str] = []
    for result in results:
        head = f"{result.level:<{level}}  {result.check:<{check}}  {result.subject:<{subject}}".rstrip()
        head = f"{head:<{level + check + subject + 4}}  "
        lines += [f"{head}{result.message}"]
        lines += [f"{' ' * len(head)}hint: {result.hint}"] if result.hint else []
    return [*lines, "", summary(results), *_could_not_tell(results)]


def _could_not_tell(results: list[Result]) -> list[str]:
    """Why it is not known whether all is well, each reason once."""
    reasons = dict.fromkeys(r.message for r in results if r.level == "skipped" and not r.message.startswith(_LIKELY))
    if not reasons:
        return []
    return [f"could not tell whether all is well: {'; '.join(reasons)}"]


def summary(results: Iterable[Result]) -> str:
    """`1 critical, 12 ok, 3 skipped`."""
    counts = Counter(r.level for r in results)
    return ", ".join(f"{counts[level]} {level}" for level in _ORDER if counts[level])


def nagios_line(results: list[Result]) -> str:
    """The one line of a monitoring plugin, the worst first. A bar would begin performance data."""
    level = monitored(results)
    messages = [f"{r.check}{f' {r.subject}' if r.subject else ''}: {r.message}" for r in results if r.level == level]
    said = "; ".join(messages) if level in ("critical", "warning") else summary(results)
    return f"DEVPOOL {_NAGIOS[level]} - {said}".replace("|", "/").replace("\n", " ")
