"""PostGraphile, GraphQL for the schema of a database: clients that post, and one server that follows the schema."""

from __future__ import annotations

import time
from contextlib import suppress
from http.client import HTTPException
from typing import Any

from apps.app import App
from apps.load import Work
from apps.project import AppProject
from apps.web import Web, WrongAnswerError, expect

_LONGEST = 30.0
_POLL = 0.05
_MAKE = "mutation($h: String!) { createPost(input: {post: {headline: $h}}) { post { id headline } } }"
_READ = "query($h: String!) { postByHeadline(headline: $h) { id headline } }"


def _ask(web: Web, query: str, headline: str) -> Any:
    answer = web.ask("POST", "/graphql", {"query": query, "variables": {"h": headline}})
    if answer.get("errors"):
        raise WrongAnswerError(str(answer["errors"]))
    return answer["data"]


def _reacts(project: AppProject) -> float:
    """Until the server that follows the schema has seen a new table."""
    web, table = project.web("development", 5000), f"seen{time.monotonic_ns()}"
    project.sql(f"CREATE TABLE {table} (id integer PRIMARY KEY)")
    began = time.monotonic()
    query = {"query": f'{{ __type(name: "{table.capitalize()}") {{ name }} }}'}
    while time.monotonic() < began + _LONGEST:
        with suppress(OSError, HTTPException):  # the schema of requests that wait is taken away from them
            if web.ask("POST", "/graphql", query)["data"]["__type"]:
                break
        time.sleep(_POLL)
    return time.monotonic() - began


def _client(project: AppProject) -> Work:
    web = project.web("graphql", 5000)

    def work(name: str) -> None:
        made = _ask(web, _MAKE, name)["createPost"]["post"]
        expect(made["headline"], name, "a new post")
        expect(_ask(web, _READ, name)["postByHeadline"], made, "a post by its headline")

    return work


APP = App(
    title="PostGraphile",
    driver="Node.js, node-postgres",
    source="https://www.graphile.org/postgraphile/running-postgraphile-in-docker/",
    images={"stand-in.localhost/graphile/postgraphile:4": "image"},
    version=("graphql", "node_modules/.bin/postgraphile", "--version"),
    routes={"graphql": "pooled", "development": "direct"},
    user="forum",
    database="forum",
    rows="SELECT count(*) FROM post",
    client=_client,
    reacts=_reacts,
)
