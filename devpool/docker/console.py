"""PgBouncer's console in a running pooler: SHOW, settings changed while clients stay connected, and RELOAD.

`SET` applies at once and until the next RELOAD, which reads the configuration file again. So settings are also
added to that file, in which the last line of a key wins; it is in memory and is created again at every start of the
container, from its variables (docker/pgbouncer/README.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from devpool.docker.container_values import Container
from devpool.docker.containers import Stack
from devpool.docker.logs import last_logs
from devpool.docker.psql import MARK, asked, lacking, parts, rows
from devpool.docker.questions import Question
from devpool.errors import DevpoolError
from devpool.redact.sentences import redact
from devpool.resources import inside

Row = dict[str, str]
CONFIGURATION = "/run/pgbouncer/private/pgbouncer.ini"
_SERVICES = "/run/pgbouncer/private/pg_service.conf"
_ADD_LINE = f'printf "%s = %s\\n" "$1" "$2" >>{CONFIGURATION}'
_DIRECTLY = f'PGSERVICEFILE={_SERVICES} exec psql -Xw -d service=direct "$@"'
# What the image decides at startup from more than this one value: a [databases] line, a certificate, whom to ask.
_AT_START = ("db_", "client_tls_", "server_tls_", "auth_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one setting in one pooler.

    Attributes:
        pooler: the pooler's service.
        key: the setting.
        value: its new value; "" where it is removed.
        later: why it applies only after a restart; "" where it applies now.
        running: whether the pooler runs.
    """

    pooler: str
    key: str
    value: str
    later: str = ""
    running: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a pooler told in one call.

    Attributes:
        shown: the rows of each SHOW command.
        reported: what PgBouncer reports about itself when a real connection logs in, by parameter: `pgbouncer.version`,
            `pgbouncer.pool_mode`, ..., and Postgres's, such as `server_version`. Nothing before PgBouncer 1.26, and
            where the database does not answer within 3 s.
        query: what a query through the pool met, as the image's healthcheck sends it; "" where it was answered.
    """

    shown: Mapping[str, list[Row]]
    reported: Row = field(default_factory=dict)
    query: str = ""


def question(
    stack: Stack, pooler: Container, *words: str, reports: bool = False, queries: bool = False
) -> Question[Told]:
    """The question for all that a pooler tells about itself, in one call.

    Args:
        stack: the project's containers.
        pooler: the pooler.
        words: what is shown: `POOLS`, `CLIENTS`, ...
        reports: whether to log in for what it reports then.
        queries: whether to send a query through the pool.
    """
    shows = asked(*(f"SHOW {what}" for what in words))
    given = [inside("reported.pl") if reports else "", "query" if queries else "", *shows]

    def read(text: str) -> Told:
        # The last two are the image's own, and no CSV.
        pieces = text.rsplit(f"{MARK}\n", 3)
        if len(pieces) != 4:
            raise lacking(len(pieces) - 1, len(words) + 2)
        shown, reported, query, _ = pieces
        return Told(
            shown=dict(zip(words, map(rows, parts(f"{shown}{MARK}\n", len(words))), strict=True)),
            reported=dict(line.partition("=")[::2] for line in reported.splitlines()),
            query=redact(query.strip().rpartition("\n")[2]),
        )

    return stack.question(pooler, ["sh", "-c", inside("console.sh"), "sh", *given], read)


ADMIN = ["sh", "-c", f'PGSERVICEFILE={_SERVICES} exec psql "$@"', "psql", "-XqwA", "--csv", "-d", "service=admin"]
"""The command in a pooler's container for psql at its console."""


def ask(stack: Stack, pooler: Container, *words: str) -> Mapping[str, list[Row]]:
    """The rows of several SHOW commands, by what is shown.

    Raises:
        DevpoolError: what `Stack.execute` raises.
    """
    return question(stack, pooler, *words).ask().shown


def show(stack: Stack, pooler: Container, what: str) -> list[Row]:
    """`SHOW <what>`, a dict for each row.

    Raises:
        DevpoolError: what `Stack.execute` raises.
    """
    return ask(stack, pooler, what)[what]


def query_directly(stack: Stack, pooler: Container, sql: str) -> list[Row]:
    """The rows of a query at the server itself, over the route that a pooler's container uses.

    Raises:
        DevpoolError: what `Stack.execute` raises.
    """
    return rows(parts(stack.execute(pooler, ["sh", "-c", _DIRECTLY, "sh", *asked(sql)]), 1)[0])


def configuration(stack: Stack, pooler: Container) -> dict[str, dict[str, str]]:
    """`SHOW CONFIG` by key: value, default, and whether it is `changeable` (`yes` or `no`) without a restart."""
    return {row["key"]: row for row in show(stack, pooler, "CONFIG")}


def tune(stack: Stack, pooler: Container, wanted: Mapping[str, str]) -> list[Outcome]:
    """Give settings to a running pooler. No client is dropped, and if PgBouncer rejects one, none applies.

    Args:
        stack: the project's containers.
        pooler: the pooler.
        wanted: values by key, "" for a setting that was removed.

    Raises:
        DevpoolError: `set-refused`, with PgBouncer's own words.
    """
    current = configuration(stack, pooler)
    outcomes = [
        Outcome(pooler=pooler.service, key=key, value=value, later=_later(key, value, current.get(key)))
        for key, value in wanted.items()
    ]
    now = [outcome for outcome in outcomes if not outcome.later]
    _set_all(stack, pooler, now, {o.key: current[o.key]["value"] for o in now})
    for outcome in now:
        stack.execute(pooler, ["sh", "-c", _ADD_LINE, "sh", outcome.key, outcome.value])
    return outcomes


def _later(key: str, value: str, row: Mapping[str, str] | None) -> str:
    """Why a setting has to wait for a restart; "" if it does not."""
    if not value:
        return "its default is read at startup"
    if key.startswith(_AT_START):
        return "the pooler reads it at startup"
    if row is None or row.get("changeable") != "yes":
        return "PgBouncer cannot change it while running"
    return ""


def _set_all(stack: Stack, pooler: Container, outcomes: list[Outcome], before: Mapping[str, str]) -> None:
    done: list[str] = []
    try:
        for outcome in outcomes:
            _set(stack, pooler, outcome.key, outcome.value)
            done.append(outcome.key)
    except BaseException as error:
        _put_back(stack, pooler, before)
        if isinstance(error, DevpoolError) and error.code == "docker-failed":
            raise _refused(pooler, outcomes[len(done)].key, error) from None
        raise


def _put_back(stack: Stack, pooler: Container, before: Mapping[str, str]) -> None:
    for key, value in before.items():
        with suppress(DevpoolError):
            _set(stack, pooler, key, value)


def _set(stack: Stack, pooler: Container, key: str, value: str) -> None:
    escaped = value.replace("'", "''")
    stack.execute(pooler, ["pooler-admin", f"SET {key} = '{escaped}'"])


def _refused(pooler: Container, key: str, error: DevpoolError) -> DevpoolError:
    return DevpoolError(
        "set-refused",
        f"PgBouncer in `{pooler.service}` rejects this value of `{key}`; nothing was changed",
        hint=f"see {key} at https://www.pgbouncer.org/config.html",
        details=(*error.details, error.said),
    )


def reload(stack: Stack, pooler: Container) -> None:
    """Make a pooler read its configuration again.

    A RELOAD that fails has applied what comes before the error and reset the rest to PgBouncer's defaults
    (https://github.com/pgbouncer/pgbouncer/issues/1482): the previous settings are restored.

    Raises:
        DevpoolError: `reload-failed`, with what PgBouncer says and logs.
    """
    before = configuration(stack, pooler)
    try:
        stack.execute(pooler, ["pooler-admin", "RELOAD"])
    except DevpoolError as error:
        if error.code != "docker-failed":
            raise
        after = configuration(stack, pooler)
        changed = {k: r["value"] for k, r in before.items() if r["value"] != after.get(k, r)["value"]}
        _put_back(stack, pooler, changed)
        logged = [line for line in last_logs(stack, pooler.service) if line.startswith(("ERROR", "WARNING", "FATAL"))]
        raise DevpoolError(
            "reload-failed",
            f"PgBouncer in `{pooler.service}` rejects its configuration; devpool restored the previous settings",
            hint=f"its variables set its configuration again at every start: docker compose restart {pooler.service}",
            details=(error.said, *logged[-5:]),
        ) from None
