"""PgBouncer's settings as the user gives them (`KEY=VALUE`): known, of the right type, and the user's to decide.

The keys and their types are those of docker/pgbouncer/settings.txt; a key that begins with `db_` is one of PgBouncer's
[databases] section.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from devpool.errors import DevpoolError, UsageError
from devpool.redact.sentences import redact
from devpool.text.nearest import meant, nearest
from devpool.text.patterns import regex

PRESET = "preset"
PRESETS = ("dev", "ci", "staging", "production")
POOL_MODES = ("transaction", "session", "statement")
POOL_MODE, POOL_SIZE, SCRAM = "pool_mode", "default_pool_size", "scram_iterations"
# The minimum that every driver accepts (ongres/scram before 3.0 and Bun want at least 4096), and the fast value.
SCRAM_USUAL, SCRAM_FAST = 4096, 256
POOL_SIZE_USUAL = 20
"""In every preset (docker/pgbouncer/presets.txt), and PgBouncer's own default."""
# Apps that require TLS get it from the pooler, and the pooler requires it from the server.
_TLS = {"client_tls_sslmode": "prefer", "server_tls_sslmode": "require"}
# These presets already require as much or more.
_STRICT = ("staging", "production")
# What devpool or the image decides, and how to influence it.
_DECIDED = {
    PRESET: "choose it with `devpool enable --preset`",
    "session_database": "choose the apps with `devpool enable --session SERVICE`",
    "listen_port": "choose it with `devpool enable --port`",
    "listen_addr": "it listens on its networks; `devpool enable --publish` opens a port on the host's loopback",
    "auth_file": "users come from the POSTGRES_USER and POSTGRES_PASSWORD that the compose file gives the pooler",
    "db_host": "choose the apps of a database with `devpool enable --pool` and `--direct`",
    "db_port": "it is the port at which the apps reach the database",
    "db_dbname": "every database is reached under its own name",
    "verbose": "PgBouncer's debug log contains passwords; `docker compose logs` shows the normal log",
    "db_user": "every client logs in as itself",
    "db_auth_user": "users come from the POSTGRES_USER and POSTGRES_PASSWORD that the compose file gives the pooler",
}
_DECIDED |= dict.fromkeys(("auth_user", "db_password"), _DECIDED["auth_file"])
# Settings that the image decides (`kept` in docker/pgbouncer/settings.sh).
_FIXED = (
    *("conffile", "job_name", "logfile", "pidfile", "service_name", "syslog", "syslog_facility", "syslog_ident"),
    *("unix_socket_dir", "unix_socket_group", "unix_socket_mode", "user"),
)
_PREFIX = "pgbouncer_"
_FOR_ALL, _OF_ONE = "default_", "db_"  # what the keys begin with that are for all databases, or for one
# The types of docker/pgbouncer/settings.txt, and what fits each. The image checks the same again at every start
# (docker/pgbouncer/settings.sh); here the check runs before a file changes.
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


def read_types(text: str) -> dict[str, str]:
    """The type of each key, from the text of settings.txt."""
    return dict(line.split(" ", 1) for line in text.splitlines() if line)


def read_settings(words: Iterable[str], types: Mapping[str, str]) -> dict[str, str]:
    """`KEY=VALUE`s as settings by key. An empty value stays empty: it removes a setting.

    Raises:
        DevpoolError: `unknown-setting`, `setting-decided`, `bad-setting-value`, `setting-twice`, `secret-setting`.
        UsageError: `bad-setting`, for text that is not `KEY=VALUE`.
    """
    settings: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            raise UsageError("bad-setting", "a setting has no `=`", hint="write it as KEY=VALUE")
        add(settings, name.strip().lower().removeprefix(_PREFIX), value.strip(), types)
    return settings


def add(settings: dict[str, str], key: str, value: str, types: Mapping[str, str]) -> None:
    """Check one more setting and add it to the others.

    Raises:
        DevpoolError: as `read_settings`.
    """
    _check_key(key, types)
    if value:
        _check_value(key, value, types[key])
        value = plain(types[key], value)
    if settings.get(key, value) != value:
        raise DevpoolError("setting-twice", f"`{key}` is given two values", hint="give it only one")
    settings[key] = value


def _check_key(key: str, types: Mapping[str, str]) -> None:
    if key in _DECIDED or key in _FIXED:
        hint = _DECIDED.get(key, "leave it out; the pooler's image needs it as it is")
        raise DevpoolError("setting-decided", f"`{key}` cannot be changed: devpool decides it", hint=hint)
    if key not in types:
        shown = key if key.isprintable() and len(key) <= 60 else "that"
        alike = _meant_key(key, types)
        closest, write = (f"; the closest is `{alike}`", f"write {alike}=..., or ") if alike else ("", "")
        raise DevpoolError(
            "unknown-setting",
            f"devpool knows no PgBouncer setting `{shown}`{closest}",
            hint=f"{write}see https://www.pgbouncer.org/config.html",
        )


def _meant_key(key: str, types: Mapping[str, str]) -> str:
    """The key that is meant: with or without the beginning that says for whom it is. What is for all comes first."""
    known: dict[str, str] = {}
    for name in sorted(types, key=lambda name: name.startswith(_OF_ONE)):
        for written in (name, name.removeprefix(_FOR_ALL), name.removeprefix(_OF_ONE)):
            known.setdefault(written, name)
    return known.get(key) or known.get(nearest(key, known), "")


def _check_value(key: str, value: str, kind: str) -> None:
    wanted = expected(kind, value)
    if wanted:
        alike = meant(value, kind.partition(":")[2].split(",")) if kind.startswith("one-of:") else ""
        hint = f"{alike}`{key}` takes {wanted}; `{key}=` removes it"
        raise DevpoolError("bad-setting-value", f"the value of `{key}` is not valid", hint=hint)
    if redact(value) != value:
        raise DevpoolError(
            "secret-setting",
            f"the value of `{key}` contains a password, which the compose file would expose",
            hint="to use such a setting, run the image without devpool: docker/pgbouncer/README.md",
        )


def variables(settings: Mapping[str, str], *, tls: bool) -> dict[str, str]:
    """The pooler's variables for these settings, in the order in which they are written.

    Args:
        settings: what the user chose, by key; it wins.
        tls: whether some app requires TLS from the pooler.
    """
    first = {PRESET: settings[PRESET]} if PRESET in settings else {}
    demanded = _TLS if tls and settings.get(PRESET) not in _STRICT else {}
    stated = {**first, POOL_MODE: "transaction", **demanded, **settings}
    return {variable(key): value for key, value in stated.items()}


def chosen(stated: Mapping[str, str], *, tls: bool) -> dict[str, str]:
    """The user's choices among the settings in a pooler's variables: the inverse of `variables`.

    Args:
        stated: the settings by key, in the order of the variables.
        tls: as for `variables`.
    """
    values = dict(stated)
    for key in (POOL_MODE, *_TLS):
        without = {k: v for k, v in values.items() if k != key}
        if variables(without, tls=tls) == variables(values, tls=tls):
            values = without
    return values


def variable(key: str) -> str:
    """The pooler's variable for a setting."""
    return f"PGBOUNCER_{key.upper()}"


def in_words(settings: Mapping[str, str]) -> str:
    """Settings as the user can type them: `preset=ci 'server_reset_query=DISCARD ALL'`."""
    return shlex.join(f"{key}={value}" for key, value in settings.items())


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
