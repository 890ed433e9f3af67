"""Lines of a log with Docker's time stamps."""

from __future__ import annotations

import pytest

from devpool.compare.logs import moment, read_log


def test_a_line_has_its_time_and_no_password() -> None:
    text = (
        "2026-01-01T00:00:01.250000123Z ERROR:  no\n"
        "2026-01-01T00:00:02Z FATAL: postgres://a:secret@db/x\n"
        "no stamp\n2026-01-01T00:00:03Z\n"
    )
    assert [(one.at % 60, one.service, one.line) for one in read_log("db", text)] == [
        (1.25, "db", "ERROR:  no"),
        (2.0, "db", "FATAL: postgres://a:***@db/x"),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-01T00:00:00", 1767225600.0),
        ("2026-01-01T00:00:00.5+01:00", 1767222000.5),
        ("2026-01-01T00:00:00.250000123Z", 1767225600.25),
        ("0001-01-01T00:00:00Z", -62135596800.0),
        ("yesterday", 0.0),
        ("", 0.0),
    ],
)
def test_a_moment(text: str, seconds: float) -> None:
    assert moment(text) == seconds
