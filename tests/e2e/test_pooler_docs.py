"""The documents about the pooler say what its data files say. No engine is needed here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devpool.checks.poolers import FLOOR

REPO = Path(__file__).resolve().parents[2]
CONTEXT = REPO / "docker" / "pgbouncer"
PAGE = REPO / "docs" / "pooler-presets.md"

HEAD = """\
# The pooler's presets

`PGBOUNCER_PRESET` selects a column; the default is `dev`. A variable `PGBOUNCER_<KEY>` overrides the preset, and the
`sslmode` in `DATABASE_URL` overrides its `server_tls_sslmode`. Times are in seconds. All presets share the other
settings in `docker/pgbouncer/pgbouncer.ini.template`, and PgBouncer's defaults for everything else.

This page is generated from `docker/pgbouncer/presets.txt`: `pytest tests/e2e/test_pooler_docs.py --update-golden`.

"""


def table() -> list[list[str]]:
    lines = (CONTEXT / "presets.txt").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines if not line.startswith("#")]


def keys() -> list[str]:
    return [line.split()[0] for line in (CONTEXT / "settings.txt").read_text().splitlines()]


def page() -> str:
    names, *rows = table()
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += [
        f"| `{key}` | " + " | ".join(f"`{value}`" for value in values) + f" | {why} |" for key, *values, why in rows
    ]
    return HEAD + "\n".join(lines) + "\n"


def test_the_page_of_the_presets_is_current(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_each_line_of_the_presets_has_a_known_key_all_values_and_a_reason() -> None:
    names, *rows = table()
    assert names == ["key", "dev", "ci", "staging", "production", "reason"]
    assert [row for row in rows if len(row) != len(names) or not all(row)] == []
    assert [row[0] for row in rows if row[0] not in keys()] == []
    assert len({row[0] for row in rows}) == len(rows)
    # The entrypoint takes a cell for one word.
    assert [cell for row in rows for cell in row[1:-1] if " " in cell] == []


def test_the_keys_are_sorted_and_named_once() -> None:
    assert keys() == sorted(set(keys()))


def test_what_the_build_copies_is_let_into_the_build() -> None:
    let_in = [line[1:] for line in (CONTEXT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = (CONTEXT / "Dockerfile").read_text()
    files = {path.name for path in CONTEXT.iterdir()} - {"Dockerfile", "README.md", ".dockerignore"}
    assert {name for name in files if any(Path(name).match(pattern) for pattern in let_in)} == files
    assert [name for name in files if name not in copied] == []


def test_the_readme_names_every_variable_of_the_entrypoint() -> None:
    readme = (CONTEXT / "README.md").read_text(encoding="utf-8")
    own = ["POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "DATABASE_URL"]
    own += [
        "POSTGRES_HOST_AUTH_METHOD",
        "PGBOUNCER_PRESET",
        "PGBOUNCER_SESSION_DATABASE",
        "DATABASE_URL_2_FILE",
        "PGBOUNCER_PEER_ID",
        "PGBOUNCER_PEERS",
    ]
    assert [name for name in own if f"`{name}`" not in readme] == []


def test_the_build_the_label_and_devpool_have_one_floor() -> None:
    said = re.findall(r"\bfloor=([0-9.]+)", (CONTEXT / "Dockerfile").read_text(encoding="utf-8"))
    assert said == [".".join(map(str, FLOOR))] * 2


def test_the_healthcheck_knows_when_the_container_is_unhealthy() -> None:
    retries = re.search(r"--retries=(\d+)", (CONTEXT / "Dockerfile").read_text(encoding="utf-8"))
    patience = re.search(r"patience=(\d+)", (CONTEXT / "healthcheck.sh").read_text(encoding="utf-8"))
    assert retries and patience
    assert retries[1] == patience[1]
