"""What pooled apps get in an override file, so that no other file changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memory_project import COMPOSE, EXPORTER, FOLDER, TEMPLATE, sources

from devpool.decide.options import Options
from devpool.decide.planning import make_plan, with_credentials
from devpool.decide.routing import chosen_routes
from devpool.edit.override_edits import override_edits
from devpool.edit.override_file import HEADER, new_file
from devpool.edit.rewrite import rewrite
from devpool.errors import DevpoolError
from devpool.model.build_model import read_model
from devpool.text.edits import apply

OVER = f"{FOLDER}/compose.override.yml"
DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: ${PW}\n"
URL = "postgres://postgres:${PW}@db:5432/x"
WEB = f"  web:\n    image: app\n    environment:\n      U: {URL}\n"
NEW = URL.replace("db:5432", "pgbouncer:6432")
VARIABLES = f'    environment:\n      U: "{NEW}"\n      U_DIRECT: "{URL}"\n'


def override(web: str = WEB, own: str = "", newline: str = "\n", **options: object) -> str:
    """What the override file says of `web`, where it says `own` by itself; a new file where that is nothing."""
    names = ("compose.yml", "compose.override.yml") if own else ("compose.yml",)
    files = {"compose.yml": (DB + web).replace("\n", newline), ".env": "PW=p\n"}
    read = sources(files | ({"compose.override.yml": own} if own else {}), compose=names)
    document = read.loaded[OVER] if own else new_file(OVER, newline, FOLDER)
    loaded = {**read.loaded, OVER: document}
    found = read_model(replace(read, override=document, loaded=loaded, files=(COMPOSE,)))
    chosen = Options(override=True, **options)  # type: ignore[arg-type]
    plan = with_credentials(found, make_plan(found, chosen_routes(found, chosen), chosen))
    assert {e.path for e in rewrite(found, plan, TEMPLATE, EXPORTER).edits} <= {OVER}
    return apply(document.text, list(override_edits(found, plan, document)))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_new_file_holds_the_variables_of_each_app(newline: str) -> None:
    assert override(newline=newline) == f"{HEADER}\nservices:\n  web:\n{VARIABLES}".replace("\n", newline)


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        (
            "depends_on: [db, redis]",
            "!override\n      pgbouncer:\n        {0}started\n      redis:\n        {0}started\n",
        ),
        (
            "depends_on: {db: {condition: service_healthy, restart: true}}",
            "!override\n      pgbouncer:\n        {0}healthy\n        restart: true\n",
        ),
        ("links: [db, 'redis:cache']", "!override\n      - pgbouncer\n      - redis:cache\n"),
        ("links: [db:old]", "\n      - pgbouncer\n"),  # Compose adds an item to a list by itself
    ],
)
def test_what_names_the_database_is_replaced_and_says_the_same(stated: str, written: str) -> None:
    redis = "  redis:\n    image: redis\n"
    key, _, _ = stated.partition(":")
    sign = "" if written.startswith("\n") else " "
    after = override(f"{redis}{WEB}    {stated}\n")
    assert after.endswith(f"{VARIABLES}    {key}:{sign}{written.replace('{0}', 'condition: service_')}")


def test_an_app_that_is_pooled_by_name_gets_links_alone() -> None:
    after = override("  web:\n    image: app\n", by_name=("web",))
    assert after == (
        f"{HEADER}\nservices:\n  web:\n"
        "    depends_on:\n      pgbouncer:\n        condition: service_healthy\n"
        "      db:\n        condition: service_started\n"
        "    links:\n      - pgbouncer:db\n      - db:db-direct\n"
    )


@pytest.mark.parametrize(
    ("own", "after"),
    [
        ("services:\n  web:\n    image: dev\n", f"services:\n  web:\n    image: dev\n{VARIABLES}"),
        (
            "services:\n  web:\n    environment: {A: b}\n",
            f'services:\n  web:\n    environment: {{A: b, U: "{NEW}", U_DIRECT: "{URL}"}}\n',
        ),
        (
            "services:\n  web:\n    environment:\n      - A=b\n",
            f'services:\n  web:\n    environment:\n      - A=b\n      - "U={NEW}"\n      - "U_DIRECT={URL}"\n',
        ),
        ("services:\n\n  mail:\n    image: m\n", f"services:\n\n  mail:\n    image: m\n  web:\n{VARIABLES}"),
    ],
)
def test_a_file_of_the_user_s_is_added_to(own: str, after: str) -> None:
    assert override(own=own) == after


def test_a_value_that_the_override_file_itself_states_changes_there() -> None:
    own = "services:\n  web:\n    environment:\n      U: postgres://postgres:p@db:5432/x\n"
    after = override(own=own)
    assert "      U: postgres://postgres:p@pgbouncer:6432/x\n      U_DIRECT: postgres://postgres:p@db:5432/x\n" in after


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("services:\n  web:\n    environment: {}\n", "override-states-it"),
        ("services:\n  web:\n    environment: &e\n      A: b\n", "override-states-it"),
        ("services:\n  web:\n    depends_on: [mail]\n  mail:\n    image: m\n", "override-states-it"),
        ("services:\n  web: &web\n    image: dev\n", "layout-not-plain"),
        ("services:\n  mail:\n    image: m\n  web:\n", "layout-not-plain"),
    ],
)
def test_a_key_that_the_user_states_there_in_another_way_is_refused(own: str, code: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        override(f"{WEB}    depends_on: [db]\n", own)
    assert (caught.value.code, caught.value.where.startswith(OVER)) == (code, True)
