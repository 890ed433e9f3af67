"""Each driver and framework, judged for this very pooler."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.catalog.direct_programs import LISTEN
from devpool.checks.families import evaluate
from devpool.checks.installed import Installed, Mention
from devpool.checks.result import Level
from unit.checks.healthy_project import ROUTE, WELL, frameworks, levels


@pytest.mark.parametrize(
    ("packages", "prepared", "level", "word"),
    [
        ({"psycopg": "3.2.6", "libpq": "17"}, "200", "ok", "obsolete"),
        ({"psycopg": "3.2.6", "libpq": "16"}, "200", "warning", "libpq 16"),
        ({"psycopg": "3.1.9", "libpq": "17"}, "200", "warning", "libpq 17"),
        ({"asyncpg": "0.30"}, "200", "ok", "obsolete"),
        ({"asyncpg": "0.30"}, "0", "warning", "does not support"),
        ({"postgres": "3.4"}, "200", "ok", "obsolete"),
        ({"postgres": "3.4"}, "0", "warning", "does not support"),
        ({"postgrex": "0.17"}, "200", "ok", "obsolete"),
        ({"github.com/jackc/pgx/v5": "5.6"}, "200", "ok", "obsolete"),
        ({"postgresql": "42.7"}, "0", "warning", "does not support"),
        ({"pdo_pgsql": ""}, "200", "ok", "obsolete"),
        ({"pg": "8.11"}, "0", "ok", "no driver"),
    ],
)
def test_a_driver_is_judged_for_this_very_pooler(
    packages: dict[str, str], prepared: str, level: Level, word: str
) -> None:
    (found,) = frameworks(Installed(app="web", packages=packages), max_prepared_statements=prepared)
    assert found.level == level
    assert word in found.message


def test_pdo_is_warned_of_only_where_it_deallocates_with_sql() -> None:
    old = Installed(app="web", packages={"pdo_pgsql": ""}, deallocates=("pdo_pgsql.so",))
    (found,) = frameworks(old)
    assert (found.level, found.hint[:26]) == ("warning", "PDO::ATTR_EMULATE_PREPARES")
    emulated = Mention(place="database.php:3", text="ATTR_EMULATE_PREPARES => true")
    (cured,) = frameworks(replace(old, mentions=(emulated,)))
    assert (cured.level, cured.message) == ("ok", "PDO: ATTR_EMULATE_PREPARES at database.php:3, still needed")
    new = replace(old, mentions=(emulated,), deallocates=())
    (obsolete,) = frameworks(new)
    assert (obsolete.level, obsolete.hint) == ("ok", "take it out at database.php:3")
    # A search that was stopped may have missed it.
    assert not any("obsolete" in r.message for r in frameworks(replace(new, cut=True)))


def test_a_library_that_deallocates_with_sql_is_named() -> None:
    (found,) = frameworks(Installed(app="web", deallocates=("libgpgsqlbackend.so",)))
    assert found.level == "warning"
    assert "libgpgsqlbackend.so" in found.message
    assert "--session web" in found.hint


def test_a_package_that_takes_session_locks_is_named_with_the_way_out() -> None:
    (found,) = frameworks(Installed(app="web", locks=("node_modules/unleash-server",)))
    assert (found.level, found.hint) == ("warning", "devpool enable --session web")
    assert found.message.startswith("node_modules/unleash-server takes advisory locks")


def test_an_obsolete_setting_is_named_where_it_stands() -> None:
    mention = Mention(place="config/database.yml:7", text="prepared_statements: false")
    app = Installed(app="web", packages={"activerecord": "7.1"}, mentions=(mention,))
    found = frameworks(app)
    assert any("obsolete" in r.message and "config/database.yml:7" in r.hint for r in found)
    assert any("migrations" in r.message for r in found)
    assert levels(found) == {"ok"}


def test_prismas_flag_in_an_address_is_obsolete_and_needed_without_prepared_statements() -> None:
    app = Installed(
        app="web", packages={"@prisma/client": "5.1"}, flags=(Mention(place="DATABASE_URL", text="pgbouncer=true"),)
    )
    assert any("obsolete" in r.message and "DATABASE_URL" in r.hint for r in frameworks(app))
    plain = replace(app, flags=())
    assert "warning" in levels(frameworks(plain, max_prepared_statements="0"))


def test_lib_pq_mixes_statements_unless_its_parameters_are_binary() -> None:
    app = Installed(app="web", packages={"github.com/lib/pq": "1.10"})
    assert levels(frameworks(app)) == {"warning"}
    cured = replace(app, flags=(Mention(place="DATABASE_URL", text="binary_parameters=yes"),))
    assert levels(frameworks(cured)) == {"ok"}


def test_an_app_that_listens_is_told_so() -> None:
    app = Installed(app="web", packages={"activerecord": "7.1", "good_job": "4.0"})
    assert any("LISTEN" in r.message and "--session web" in r.hint for r in frameworks(app))


def test_an_app_that_has_a_queue_beside_a_worker_that_stays_direct_is_well() -> None:
    worker = replace(ROUTE, service="worker", pooled=False, reason=LISTEN.sentence)
    queue = Installed(app="web", packages={"procrastinate": "3.10"})
    facts = replace(WELL, installed=(queue,), routes=(ROUTE, worker))
    (found,) = [r for r in evaluate(facts) if r.check == "framework"]
    assert (found.level, "worker stays direct" in found.message) == ("ok", True)
    elsewhere = replace(facts, routes=(ROUTE, replace(worker, database="other")))
    (warned,) = [r for r in evaluate(elsewhere) if r.check == "framework"]
    assert warned.level == "warning"


def test_an_app_that_cannot_be_looked_into_is_skipped() -> None:
    assert levels(frameworks(Installed(app="web", problem="its container has no shell"))) == {"skipped"}
    assert levels(frameworks(Installed(app="web", cut=True))) == {"skipped"}


def test_where_a_search_was_cut_off_nothing_is_certain() -> None:
    found = Installed(app="web", deallocates=("psqlodbcw.so",))
    assert levels(frameworks(found)) == {"warning"}
    assert levels(frameworks(replace(found, cut=True))) == {"skipped"}
