"""Which apps are judged for pooling, and what they depend on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.app_context import Ground, grounds, listens, prepared
from devpool.checks.facts import Facts
from devpool.checks.families import evaluate
from devpool.checks.installed import Installed, Mention
from devpool.checks.result import Level
from unit.checks.healthy_project import ROUTE, SERVER, WELL, django, with_config, with_pooler


def test_an_app_that_keeps_its_session_is_not_judged_for_transactions() -> None:
    app = django(DISABLE_SERVER_SIDE_CURSORS=False)
    facts = replace(WELL, installed=(app,))
    assert "warning" in {r.level for r in evaluate(facts) if r.check == "framework"}
    for other in (replace(facts, sessions=frozenset({"web"})), with_pooler(facts, mode="session")):
        assert [r for r in evaluate(other) if r.check == "framework"] == []


def test_a_direct_app_is_not_judged_for_pooling() -> None:
    facts = replace(
        WELL, routes=(replace(ROUTE, pooled=False),), installed=(django(DISABLE_SERVER_SIDE_CURSORS=False),)
    )
    assert [r for r in evaluate(facts) if r.check == "framework"] == []


def context(app: Installed, facts: Facts = WELL) -> Ground:
    """What one app depends on."""
    (found,) = grounds(replace(facts, installed=(app,)))
    return found


@pytest.mark.parametrize(
    ("version", "prepared", "kept"),
    [("1.20.1", "200", False), ("1.21", "200", True), ("1.26.1", "0", False), ("", "200", False)],
)
def test_prepared_statements_need_pgbouncer_1_21_and_a_number_of_them(version: str, prepared: str, kept: bool) -> None:
    facts = with_pooler(with_config(max_prepared_statements=prepared), version=version)
    assert context(Installed(app="web"), facts).keeps_prepared is kept


def test_startup_parameters_are_told_apart_whatever_stands_between_them() -> None:
    facts = with_config(ignore_startup_parameters="options,extra_float_digits , x")
    assert context(Installed(app="web"), facts).ignored == {"options", "extra_float_digits", "x"}


def test_the_version_of_postgres_is_what_the_pooler_reports_or_else_the_server() -> None:
    assert context(Installed(app="web")).postgres == (17, 12)
    older = replace(with_pooler(reported={}), servers={"db": replace(SERVER, version=(14, 2))})
    assert context(Installed(app="web"), older).postgres == (14, 2)


def test_a_word_is_found_in_the_source_and_in_addresses_with_its_place() -> None:
    mentions = (Mention(place="settings.py:12", text="prepare_threshold = None"),)
    found = context(Installed(app="web", mentions=mentions, flags=(Mention(place="URL", text="pgbouncer=true"),)))
    words = ("prepare_threshold", "pgbouncer=true", "DescribeExec")
    assert [found.said(word) for word in words] == ["settings.py:12", "URL", ""]


@pytest.mark.parametrize("sessions", [{"web"}, {"web:db"}])
def test_a_session_is_kept_for_a_service_or_for_its_one_database(sessions: set[str]) -> None:
    app = Installed(app="web")
    assert grounds(replace(WELL, installed=(app,), sessions=frozenset(sessions))) == []
    assert grounds(replace(WELL, installed=(app,), sessions=frozenset({"web:other", "job"}))) != []


def test_the_first_of_the_names_that_is_installed_is_the_one() -> None:
    found = context(Installed(app="web", packages={"que": "2.0", "good_job": "4.0"}))
    assert (found.has("rails"), found.has("rails", "good_job", "que")) == ("", "good_job")
    (result,) = listens(found, "good_job", "que")
    assert (result.level, result.message.partition(" ")[0]) == ("warning", "good_job")
    assert list(listens(found, "procrastinate")) == []


@pytest.mark.parametrize(
    ("number", "place", "level", "message", "hint"),
    [
        ("200", "a.py:3", "ok", "obsolete: ", "remove it at a.py:3"),
        ("200", "", "ok", "obsolete: ", ""),
        ("0", "a.py:3", "ok", "asyncpg: cache=0 at a.py:3, still needed", ""),
        ("0", "", "warning", "asyncpg uses named", "devpool set max_prepared_statements=200, or cache=0"),
    ],
)
def test_a_setting_of_a_driver_is_obsolete_needed_or_missing(
    number: str, place: str, level: Level, message: str, hint: str
) -> None:
    mentions = (Mention(place=place, text="cache=0"),) if place else ()
    app = context(Installed(app="web", mentions=mentions), with_config(max_prepared_statements=number))
    (found,) = prepared(app, "asyncpg", "asyncpg", "cache=0", ("cache",))
    assert (found.level, found.message.startswith(message), found.hint) == (level, True, hint)
