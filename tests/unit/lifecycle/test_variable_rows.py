"""What `explain` says of each connection variable."""

from __future__ import annotations

from memory_project import FOLDER, project

from devpool.decide.options import Options
from devpool.decide.planning import make_plan
from devpool.decide.routing import chosen_routes
from devpool.lifecycle.variable_rows import RowData, VariableRows

HEAD = "services:\n  db: {image: postgres:17, environment: {POSTGRES_PASSWORD: sesame}}\n"
WEB = "  web: {image: app, environment: {DATABASE_URL: postgres://postgres:sesame@db:5432/shop}}\n"


def rows(text: str, *, planned: bool = True) -> dict[str, RowData]:
    read, options = project(text), Options()
    routes = chosen_routes(read, options)
    told = VariableRows(read, routes, make_plan(read, routes, options) if planned else None, options)
    found = [told.row(variable) for variable in (*read.connection_variables, *read.kept)]
    return {f"{row['service']}.{row['variable']}": row for row in (*found, *map(told.by_evidence, told.evident()))}


def test_a_variable_that_moves_says_where_it_is_written_and_what_it_becomes() -> None:
    row = rows(HEAD + WEB)["web.DATABASE_URL"]
    assert row["value"] == "postgres://postgres:***@db:5432/shop"
    assert (row["origin"], row["route"]) == ("compose.yml:3", "pooled")
    assert row["becomes"] is not None
    assert row["becomes"].startswith("postgres://postgres:***@pgbouncer:6432/shop")
    assert row["becomes"].endswith("the old value as DATABASE_URL_DIRECT")


def test_where_enable_would_refuse_nothing_becomes_anything() -> None:
    assert rows(HEAD + WEB, planned=False)["web.DATABASE_URL"]["becomes"] is None


def test_the_others_that_read_a_value_are_named_up_to_twenty() -> None:
    shared = "x-env: &env {DATABASE_URL: postgres://postgres:sesame@db:5432/shop}\n"
    apps = "".join(f"  web{n:02}: {{image: app, environment: *env}}\n" for n in range(25))
    row = rows(shared + HEAD + apps)["web03.DATABASE_URL"]
    assert (len(row["shared_with"]), row["shared_with_more"]) == (20, 4)
    assert "web03" not in row["shared_with"]


def test_the_variables_in_a_value_are_named_with_their_origin() -> None:
    text = HEAD + "  web: {image: app, environment: {DATABASE_URL: 'postgres://u:${PW-sesame}@${HOST-db}:5432/shop'}}\n"
    assert rows(text)["web.DATABASE_URL"]["through"] == []
    files = {"compose.yml": text, ".env": "HOST=db\n"}
    read = project(files)
    told = VariableRows(read, chosen_routes(read, Options()), None, Options())
    assert told.row(read.connection_variables[0])["through"] == [f"HOST from {FOLDER}/.env"]
