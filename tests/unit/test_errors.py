"""The errors that a user sees: their exit codes, and what each says without being told."""

from __future__ import annotations

from typing import get_args

import pytest

from devpool.errors import BUG, DONE, FOUND, INTERRUPTED, REFUSED, USAGE, Code, DevpoolError, ProofError, UsageError


def test_the_exit_codes_are_those_that_the_documents_name() -> None:
    assert (DONE, REFUSED, USAGE, BUG, FOUND, INTERRUPTED) == (0, 1, 2, 3, 4, 130)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DevpoolError("no-setting", "no"), REFUSED),
        (UsageError("bad-setting", "no"), USAGE),
        (ProofError("reading-differs", "no"), BUG),
    ],
)
def test_each_kind_of_error_ends_devpool_with_its_own_code(error: DevpoolError, code: int) -> None:
    assert error.exit_code == code
    assert isinstance(error, DevpoolError)


def test_a_failed_proof_says_that_nothing_was_written() -> None:
    error = ProofError("reading-differs", "web differs", where="compose.yml:3")
    assert (error.where, error.hint.partition(";")[0]) == ("compose.yml:3", "nothing was written")


def test_what_another_program_said_is_the_message_where_nothing_else_is_quoted() -> None:
    assert DevpoolError("docker-failed", "docker failed: no such image", said="no such image").said == "no such image"
    assert DevpoolError("no-setting", "there is none").said == "there is none"


def test_a_code_stands_once_and_in_its_place() -> None:
    codes = get_args(Code)
    assert list(codes) == sorted(set(codes))
