"""Which known word is meant by a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 60  # characters of a word that is compared: the time to compare grows with their product
_ALIKE = 0.6  # of difflib's ratio, from 0 to 1


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like a word, whatever its case; "" if none is much like it."""
    if len(word) > _LONGEST:
        return ""
    import difflib  # only a mistyped word needs it

    lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), lower, 1, _ALIKE)
    return lower[found[0]] if found else ""


def meant(word: str, known: Iterable[str]) -> str:
    """The start of a hint, "did you mean `web`? "; "" if no known word is much like the mistyped one."""
    found = nearest(word, known)
    return f"did you mean `{found}`? " if found else ""
