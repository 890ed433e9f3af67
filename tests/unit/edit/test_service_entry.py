"""What an app gets of its own where it shares a value with services that stay direct."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, Files, file_of, planned

from devpool.edit.service_entry import edits, wanted_entries
from devpool.edit.service_environment import Stated
from devpool.text.edits import apply

URL, NEW = "postgres://u:p@db:5432/x", "postgres://u:p@pgbouncer:6432/x"
DB = "services:\n  db:\n    image: postgres:17\n"
DUMP = "    command: pg_dump\n"


def after(files: Files | str) -> str:
    """The compose file with the apps' own entries, and nothing else."""
    found, plan = planned(files)
    own = [m for m in plan.moves if m.where == "own"]
    assert own
    changes = [e for e in edits(found, own, plan.shields) if e.path == COMPOSE]
    return apply(file_of(found, COMPOSE).text, changes)


def stated(files: Files) -> dict[str, str]:
    """What `web` gets in plain text."""
    found, plan = planned(files)
    wanted, _ = wanted_entries(found, [m for m in plan.moves if m.where == "own"])
    return {name: text.value for name, text in wanted["web"].stated.items() if isinstance(text, Stated)}


@pytest.mark.parametrize(
    ("value", "quoted"), [(URL, NEW), (f"'{URL}'", f"'{NEW}'"), (f"${{U:-{URL}}}", f"${{U:-{NEW}}}")]
)
def test_new_and_old_value_are_copies_of_the_shared_one(value: str, quoted: str) -> None:
    shared = f"x-env: &env\n  U: {value}\n{DB}  dump:\n    environment: *env\n{DUMP}  web:\n"
    assert after(f"{shared}    environment: *env\n") == (
        f"{shared}    environment:\n      <<: *env\n      U: {quoted}\n      U_DIRECT: {value}\n"
    )


def test_an_item_keeps_the_quotes_of_the_shared_one() -> None:
    shared = f'x-env: &env\n  - "U={URL}"\n{DB}  dump:\n    environment: *env\n{DUMP}  web:\n'
    assert after(f"{shared}    environment: *env\n") == (
        f'{shared}    environment:\n      - "U={NEW}"\n      - "U_DIRECT={URL}"\n'
    )


def test_apps_that_get_the_same_share_one_text() -> None:
    shared = f"x-env: &env\n  PGHOST: db\n  PGPORT: '5432'\n{DB}  dump:\n    environment: *env\n{DUMP}"
    own = "    environment:\n      <<: *env\n"
    apps = f"  web: &web\n    image: app\n{own}  job:\n    <<: *web\n"
    new = '      PGHOST: pgbouncer\n      PGPORT: "6432"\n'
    assert after(shared + apps) == (shared + apps).replace(own, own + new)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("PGHOST=db\nPGPORT=5432\n", {"PGHOST": "pgbouncer", "PGPORT": "6432"}),
        (
            "PW=p\nU=postgres://u:${PW}@db:5432/x\n",
            {"U": "postgres://u:${PW}@pgbouncer:6432/x", "U_DIRECT": "postgres://u:${PW}@db:5432/x"},
        ),
        (
            "PW=p\nH=db\nU=postgres://u:${PW}@${H}:5432/x\n",
            {"U": "postgres://u:${PW}@pgbouncer:6432/x", "U_DIRECT": "postgres://u:${PW}@db:5432/x"},
        ),
    ],
)
def test_a_value_of_dot_env_is_stated_anew_by_its_variables(lines: str, expected: dict[str, str]) -> None:
    compose = f"{DB}  web:\n    image: app\n    env_file: .env\n  dump:\n    image: app\n    env_file: .env\n{DUMP}"
    assert stated({"compose.yml": compose, ".env": lines}) == expected


def test_a_value_that_extends_brings_from_another_file_is_stated_anew() -> None:
    files = {
        "compose.yml": f"{DB}  web:\n    extends: {{file: base.yml, service: web}}\n    image: app\n"
        f"  dump:\n    extends: {{file: base.yml, service: web}}\n    image: app\n{DUMP}",
        "base.yml": "services:\n  web:\n    environment:\n      U: postgres://u:${PW}@db:5432/x\n",
        ".env": "PW=p\n",
    }
    assert stated(files) == {
        "U": "postgres://u:${PW}@pgbouncer:6432/x",
        "U_DIRECT": "postgres://u:${PW}@db:5432/x",
    }
