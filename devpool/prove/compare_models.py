"""Compares two of Compose's models: reports where they differ, but never a value, which may be a secret."""

from __future__ import annotations

import re

from devpool.errors import ProofError


def same(what: str, expected: object, actual: object) -> None:
    """Require that something matches the plan.

    Raises:
        ProofError: `meaning-differs`, with the path to the first difference.
    """
    if expected != actual:
        where = _first_difference(expected, actual)
        raise ProofError("meaning-differs", f"{what} would change beyond the plan{where}")


def _first_difference(expected: object, actual: object) -> str:
    """The path to the first difference; never the values, which may be secrets."""
    path: list[str] = []
    while isinstance(expected, dict) and isinstance(actual, dict):
        key = next(k for k in sorted({*expected, *actual}) if expected.get(k) != actual.get(k))
        path.append(key)
        expected, actual = expected.get(key), actual.get(key)
    return f" (at {'.'.join(path)})" if path else ""


def unescaped(value: object) -> str:
    """A value of Compose's model as the container gets it: the model writes `$$` for a dollar sign."""
    return re.sub(r"\$\$", "$", str(value))
