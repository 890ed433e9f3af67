"""The diff of the user's files is one that `patch` reads, and shows no secret."""

from __future__ import annotations

import pytest

from devpool.redact.masked_diff import difference, known_hosts, plain

HOSTS = frozenset({"db", "pgbouncer"})


def shown(before: bytes | None, after: bytes | None, *, env: bool = True) -> str:
    return "".join(difference(".env" if env else "c.yml", before, after, HOSTS, env=env))


def test_context_and_changes_are_shown_without_their_secrets() -> None:
    before = b"A=sesame\nPGHOST=db\nB=sesame\n"
    assert shown(before, before.replace(b"=db", b"=pgbouncer")) == (
        "--- a/.env\n+++ b/.env\n@@ -1,3 +1,3 @@\n A=***\n-PGHOST=db\n+PGHOST=pgbouncer\n B=***\n"
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, b"PGHOST=db\n", "--- /dev/null\n+++ b/.env\n@@ -0,0 +1 @@\n+PGHOST=db\n"),
        (b"PGHOST=db\n", None, "--- a/.env\n+++ /dev/null\n@@ -1 +0,0 @@\n-PGHOST=db\n"),
        (
            b"PGHOST=db",
            b"PGHOST=db\n",
            "--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-PGHOST=db\n\\ No newline at end of file\n+PGHOST=db\n",
        ),
        (b"PW=a\n", b"PW=b\n", "--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-PW=***\n+PW=***\n"),
        (b"PW=a\n", b"PW=a\n", ""),
        (None, None, ""),
    ],
)
def test_files_that_come_go_or_end_without_a_newline(before: bytes | None, after: bytes | None, expected: str) -> None:
    assert shown(before, after) == expected


def test_line_ends_show_only_where_they_differ() -> None:
    assert "\r" not in shown(b"PGHOST=db\r\n", b"PGHOST=pgbouncer\r\n")
    assert shown(b"PGHOST=db\n", b"PGHOST=db\r\n").endswith("-PGHOST=db\n+PGHOST=db\r\n")


def test_changes_far_apart_are_hunks_of_their_own() -> None:
    lines = [f"A{n}: true" for n in range(20)]
    before = "\n".join(lines).encode()
    after = before.replace(b"A1:", b"B1:").replace(b"A19:", b"B19:")
    assert [line for line in shown(before, after, env=False).split("\n") if line.startswith("@@")] == [
        "@@ -1,5 +1,5 @@",
        "@@ -17,4 +17,4 @@",
    ]


def test_hosts_are_the_services_of_the_files_that_can_be_read() -> None:
    compose = b"services:\n  db: {container_name: main, hostname: pg}\n  web: {}\n"
    assert known_hosts([("c.yml", compose), ("bad.yml", b"a: [\n"), (".env", b"A=1\n")]) == {"db", "main", "pg", "web"}


def test_devpools_own_files_are_shown_as_they_are() -> None:
    assert (
        "".join(plain("x", None, b"PW=a")) == "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+PW=a\n\\ No newline at end of file\n"
    )
