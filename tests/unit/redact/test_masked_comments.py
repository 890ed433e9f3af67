"""A comment is shown up to what may be a secret in it."""

from __future__ import annotations

import pytest

from devpool.redact.masked_comments import COMMENT, mask_comments


def shown(text: str) -> str:
    """The comments of a text with a dot for each character that is not to be shown."""
    flags = bytearray(b"\1") * len(text)
    mask_comments(text, [m.span() for m in COMMENT.finditer(text)], flags, frozenset({"db"}))
    return "".join(c if flag or c.isspace() else "." for c, flag in zip(text, flags, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "# the database of all apps, version 17",
        "# see the docs",
        "#",
        "# PGHOST=db",
        "# - PGHOST: db",
        "# Note: this one is read by all of the apps",
        "# the password is generated",
    ],
)
def test_prose_and_harmless_settings_are_shown(text: str) -> None:
    assert shown(text).startswith(text.removesuffix(" is generated"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# DB_PASSWORD=sesame", "# DB_PASSWORD=......"),
        ("# export DB_PASSWORD: sesame", "# export DB_PASSWORD: ......"),
        ("# the password was sesame", "# the password ... ......"),
        ("# sesame is the admin password", "# ...... is the admin password"),
        ("# URL=postgres://u:sesame@db/x", "# URL=postgres://u:......@db/x"),
        ("# see postgres://u:sesame@db/x", "# see postgres://u:......@db/x"),
        ("# s3same!", "# ......."),
        ("# use abc123def456ghi here", "# use ............... here"),
        ("# start with A=sesame", "# start with ........"),
        ("# pw sesame # sesame", "# pw ...... . ......"),
    ],
)
def test_what_may_be_a_secret_is_hidden(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_line_below_a_word_about_a_secret_may_be_the_secret(newline: str) -> None:
    text = newline.join(["# the password:", "# open sesame", "", "# of the apps"])
    assert shown(text) == newline.join(["# the password.", "# .... ......", "", "# of the apps"])


def test_a_number_sign_within_a_word_begins_no_comment() -> None:
    assert [m[0] for m in COMMENT.finditer("a#b # c\n#d\n")] == ["# c", "#d"]
