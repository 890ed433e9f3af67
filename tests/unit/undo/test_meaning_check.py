"""What taking edits back may change in a file: addresses, devpool's own names and its poolers; nothing else."""

from __future__ import annotations

import pytest

from devpool.decide.options import Options
from devpool.text.document import parse
from devpool.text.envfile import parse_env
from devpool.undo.meaning_check import beyond
from devpool.undo.state import AddedPooler, State
from devpool.undo.state_check import ours_of

POOLER = AddedPooler(name="pgbouncer", database="db", port="6432")
OURS = ours_of(State(options=Options(), edits=(), poolers=(POOLER,), routes=()))
BLOCK = "  pgbouncer:\n    build: ./.devpool/pgbouncer\n"


def compose(web: str, more: str = "", top: str = "") -> str:
    return f"{top}services:\n  web:\n    image: app\n{web}{more}"


def found(now: str, after: str, *, forced: bool = False) -> list[str]:
    documents = (parse("/p/compose.yml", text.encode()) for text in (now, after))
    return list(beyond(*documents, OURS, forced=forced))


def of_env(now: str, after: str) -> list[str]:
    return list(beyond(*(parse_env("/p/.env", text.encode()) for text in (now, after)), OURS))


ENV = "    environment:\n      "
TAKEN_BACK = [
    (compose("", BLOCK), compose("")),
    (compose("", "  pgbouncer:\n    image: tea\n    labels: {devpool.role: pooler}\n"), compose("")),
    (compose(f"{ENV}A: pgbouncer"), compose(f"{ENV}A: db")),
    (compose(f"{ENV}A: pgbouncer:6432"), compose(f"{ENV}A: db.example.com:5432")),
    (compose(f"{ENV}A: postgres://u:p@pgbouncer:6432/x"), compose(f"{ENV}A: postgres://u:p@db:5432/x")),
    (compose(f"{ENV}A: postgres://u:p@pgbouncer:6432/x_session?a=b"), compose(f"{ENV}A: postgres://u:p@db:5432/x?a=b")),
    (compose(f"{ENV}A: host=pgbouncer port=6432 user=u"), compose(f"{ENV}A: host=db port=5432 user=u")),
    (compose(f"{ENV}A: ${{H:-pgbouncer}}:${{P:-6432}}"), compose(f"{ENV}A: ${{H:-db}}:${{P:-5432}}")),
    (compose(f"{ENV}A: ${{U_POOLED:-${{U}}}}"), compose(f"{ENV}A: ${{U}}")),
    (compose(f"{ENV}A: ${{U_POOLED:-${{U}}}}"), compose(f"{ENV}A:")),
    (compose(f"{ENV}A: '6432'"), compose(f"{ENV}A:")),
    (compose(f"{ENV}A_DIRECT: x"), compose(f"{ENV}A: x")),
    (compose(f"{ENV}A: b\n      A_DIRECT: x"), compose(f"{ENV}A: b")),
    (compose("    environment:\n      - A=pgbouncer\n      - B"), compose("    environment:\n      - A=db\n      - B")),
    (compose(f"{ENV}A: pgbouncer"), compose("")),
    (compose("    depends_on: [pgbouncer, a]"), compose("    depends_on: [db, a]")),
    (compose("    links: ['pgbouncer', 'db:x']"), compose("    links: ['db:x']")),
    (compose("    command: [run, --db, pgbouncer:6432]"), compose("    command: [run, --db, 'db:5432']")),
    (compose("    env_file: [a.env, ./.devpool/env/web.env]"), compose("    env_file: a.env")),
    (compose("", "  api:\n    environment: {A: pgbouncer, A_DIRECT: x}\n"), compose("")),
    (compose("", "  api:\n    depends_on: !override [pgbouncer, a]\n"), compose("")),
    (compose("    links: !override ['a', 'pgbouncer:db']"), compose("")),
    (
        compose(f"{ENV}<<: *e\n      A: pgbouncer", top="x-e: &e {B: c}\n"),
        compose("    environment: *e", top="x-e: &e {B: c}\n"),
    ),
]


@pytest.mark.parametrize(("now", "after"), TAKEN_BACK)
def test_what_enable_did_may_be_taken_back(now: str, after: str) -> None:
    assert found(now, after) == []


MORE = [
    (compose(""), compose("    privileged: true"), "services.web.privileged"),
    (compose("    read_only: true"), compose(""), "services.web.read_only"),
    (compose("    user: pgbouncer"), compose("    user: root"), "services.web.user"),
    (compose("    <<: *e", top="x-e: &e {a: b}\n"), compose("    <<: *e", top="x-e: &e {a: c}\n"), "services.web.a"),
    (compose("", "  guard:\n    image: x\n"), compose(""), "services.guard"),
    (compose(""), compose("", "  evil:\n    image: x\n"), "services.evil"),
    (compose("", "  pgbouncer:\n    image: mine\n"), compose(""), "services.pgbouncer"),
    (
        compose("", "  pgbouncer:\n    image: mine\n    labels: {devpool.role: other}\n"),
        compose(""),
        "services.pgbouncer",
    ),
    (compose("", BLOCK), compose("", f"{BLOCK}    privileged: true\n"), "services.pgbouncer"),
    (compose("", top="name: a\n"), compose("", top="name: b\n"), "name"),
    (compose(""), compose("", top="include: [x]\n"), "include"),
    (compose(f"{ENV}A: b"), compose(f"{ENV}A: c"), "services.web.environment.A"),
    (compose(f"{ENV}A: b"), compose(""), "services.web.environment.A"),
    (compose(""), compose(f"{ENV}A: b"), "services.web.environment.A"),
    (compose(f"{ENV}A: pgbouncer"), compose(f"{ENV}A: /mnt/evil.so"), "services.web.environment.A"),
    (compose(f"{ENV}A: u:p@pgbouncer/x"), compose(f"{ENV}A: u:q@db/x"), "services.web.environment.A"),
    (compose("    command: serve pgbouncer"), compose("    command: serve db && evil"), "services.web.command"),
    (compose("    command: [a, pgbouncer]"), compose("    command: [a, db, evil]"), "services.web.command"),
    (compose("    env_file: a.env"), compose("    env_file: /etc/x"), "services.web.env_file./etc/x"),
    (compose("", "  api:\n    environment: {A: pgbouncer, B: c}\n"), compose(""), "services.api"),
    (compose("    depends_on: !override [guard]"), compose(""), "services.web.depends_on.guard"),
    (compose("    depends_on: [guard]"), compose(""), "services.web.depends_on.guard"),
]


@pytest.mark.parametrize(("now", "after", "place"), MORE)
def test_more_than_that_is_found(now: str, after: str, place: str) -> None:
    assert place in found(now, after)


@pytest.mark.parametrize(
    ("now", "after", "places"),
    [
        ("A=pgbouncer:6432\nB=c\n", "A=db:5432\nB=c\n", []),
        ("A=x\nA_DIRECT=x\nA_POOLED=y\n", "A=x\n", []),
        ("A=x\n", "A=y\n", ["A"]),
        ("A=pgbouncer\n", "A=db\nLD_PRELOAD=x\n", ["LD_PRELOAD"]),
        ("A=x\nB=y\n", "A=x\n", ["B"]),
        ("A=pgbouncer\n", "A=/x\n", ["A"]),
    ],
)
def test_an_env_file_differs_by_addresses_too(now: str, after: str, places: list[str]) -> None:
    assert of_env(now, after) == places


def test_where_the_user_overwrites_his_own_change_a_value_may_be_any_other() -> None:
    assert found(compose(f"{ENV}A: mine"), compose(f"{ENV}A: db"), forced=True) == []


def test_many_addresses_in_a_text_are_compared_in_a_moment() -> None:
    now = "+".join(["pgbouncer"] * 2000)
    assert of_env(f"A={now}b\n", f"A={'+' * 4000}b\n") == ["A"]
    assert of_env(f"A=postgres://pgbouncer/{now}\n", f"A=postgres://db/{now}\n") == []


@pytest.mark.parametrize("after", ["$(evil)", "evil|sh", "a/b", "${X:-$(evil)}", "a b"])
def test_what_is_put_back_is_a_server(after: str) -> None:
    assert found(compose(f"{ENV}A: pgbouncer"), compose(f"{ENV}A: {after}")) == ["services.web.environment.A"]


def test_the_lines_of_an_env_file_without_a_variable_stay() -> None:
    assert of_env("# mine\nA=b\n", "A=b\n") == ["a comment"]


APP = compose(f"{ENV}A: db\n      B: c\n")
JOB = "  job:\n    extends: {service: web}\n"


@pytest.mark.parametrize(
    ("own", "changes"),
    [
        ("    environment: !override\n      A: db\n      B: c\n", []),
        ("    environment: !override [A=db, B=c]\n", []),
        ("    environment: !override\n      A: db\n      B: mine\n", ["services.job.environment.B"]),
        ("    environment: !override\n      A: db\n      B: c\n      C: mine\n", ["services.job.environment.C"]),
        ("    environment:\n      A: db\n      B: c\n", ["services.job.environment.A", "services.job.environment.B"]),
        ("    depends_on: !override [mine]\n", ["services.job.depends_on.mine"]),
    ],
)
def test_of_what_overrides_extends_only_a_copy_is_taken_out(own: str, changes: list[str]) -> None:
    assert found(APP + JOB + own, APP + JOB) == changes
