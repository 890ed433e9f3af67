"""Whose a line of a log is, and that it has no password."""

from __future__ import annotations

from devpool.docker.logs import last_logs, logs_of
from devpool.errors import DevpoolError
from unit.docker.stand_ins import KnownStack, listed


def test_a_line_of_a_log_is_the_containers_that_wrote_it_once_and_without_passwords() -> None:
    stack = KnownStack([listed("web"), listed("web", "2"), listed("db")])
    text = (
        "web-1  | ready\nweb-2  | ready\ndb-1   | 2026-01-01 10:00:00.000 UTC [7] LOG:  postgres://u:sesame@db/x\n"
        "gone-1 | x\nshop-web-1 | in full\nno container\n"
    )
    found = logs_of(stack, ["web", "db", "job"], "--tail", "9").read(text)
    assert found == {"web": ("ready", "in full"), "db": ("LOG:  postgres://u:***@db/x",), "job": ()}


def test_no_container_speaks_for_another() -> None:
    stack = KnownStack([listed("web"), listed("db")])
    found = logs_of(stack, ["web", "db"]).read("web-1  | a\x85db-1   | FATAL\x0cdb-1   | PANIC\r\n")
    assert found == {"web": ("a", "db-1   | FATAL", "db-1   | PANIC"), "db": ()}


def test_a_pooler_that_repeats_itself_is_quoted_once_without_the_time() -> None:
    line = "2026-01-01 10:00:0{}.000 UTC [7] WARNING server login failed"
    stack = KnownStack(says=lambda *_: "\n".join(line.format(n) for n in range(3)))
    assert last_logs(stack, "pgbouncer") == ("WARNING server login failed",)


def test_where_compose_does_not_tell_nothing_is_quoted() -> None:
    def refuse(*_: str) -> str:
        raise DevpoolError("docker-failed", "no such service")

    assert last_logs(KnownStack(says=refuse), "pgbouncer") == ()
