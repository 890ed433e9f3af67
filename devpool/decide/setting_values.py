"""The types of docker/pgbouncer/settings.txt: which values fit each of them.

The image checks the same again at every start (docker/pgbouncer/settings.sh); this check runs before a file changes.
"""

from __future__ import annotations

from devpool.text.patterns import regex

_ON = ("1", "true", "yes", "on")
_OFF = ("0", "false", "no", "off")
_INT_MAX = 2147483647  # PgBouncer keeps them in an int
_WHOLE = regex(r"0|[1-9][0-9]{0,9}")
_FORMS = {
    "seconds": (regex(r"[0-9]{1,9}(\.[0-9]{1,6})?"), "a number of seconds without a unit, for example 30"),
    "words": (regex(r"[A-Za-z0-9_.]+( *, *[A-Za-z0-9_.]+)*"), "names separated by commas"),
    "database": (regex(r"(?!pgbouncer$).+"), "the name of a database other than PgBouncer's own `pgbouncer`"),
    "file": (regex(r"/.*"), "the absolute path of a file in the pooler's container"),
    "protocols": (
        regex(r"(all|secure|tlsv1\.[0-3])([,:](all|secure|tlsv1\.[0-3]))*"),
        "TLS versions, for example tlsv1.3, or secure",
    ),
    "ciphers": (regex(r"[A-Za-z0-9!].*"), "a list of ciphers in OpenSSL's format"),
    "tls13-ciphers": (regex(r"[A-Za-z0-9!].*"), "a list of ciphers in OpenSSL's format"),
}


def expected(kind: str, value: str) -> str:
    """What a type expects, in words, if the value does not fit; "" if it does.

    Args:
        kind: a type of settings.txt, such as `int:1:65535` or `one-of:a,b`.
        value: not empty.
    """
    if not value.isprintable():
        return "text on one line"
    name, _, rest = kind.partition(":")
    if name == "int":
        return _expected_int(rest, value)
    if name == "bool":
        return "" if value.lower() in (*_ON, *_OFF) else "1 or 0"
    if name == "one-of":
        return "" if value in rest.split(",") else f"one of {rest.replace(',', ', ')}"
    form = _FORMS.get(name)
    return form[1] if form and not form[0].fullmatch(value) else ""


def _expected_int(bounds: str, value: str) -> str:
    lowest, _, highest = bounds.partition(":")
    low, high = int(lowest or 0), int(highest or _INT_MAX)
    fits = _WHOLE.fullmatch(value) and low <= int(value) <= high
    return "" if fits else f"a whole number from {low} to {high}"


def plain(kind: str, value: str) -> str:
    """A value that fits as it is written: switches as 1 or 0."""
    if kind == "bool":
        return "1" if value.lower() in _ON else "0"
    return value
