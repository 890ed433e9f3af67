"""Each driver and framework, judged for this very pooler."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.installed import Installed, Mention
from devpool.checks.result import Level
from unit.checks.healthy_project import django, frameworks, levels


def test_a_django_that_is_set_up_for_pooling_is_ok() -> None:
    assert levels(frameworks(django())) == {"ok"}


def test_server_side_cursors_of_django_are_found() -> None:
    (found,) = [r for r in frameworks(django(DISABLE_SERVER_SIDE_CURSORS=False)) if r.level == "warning"]
    assert "DISABLE_SERVER_SIDE_CURSORS = True" in found.hint


def test_options_that_the_pooler_does_not_apply_are_found() -> None:
    assert "warning" in levels(frameworks(django(options=["search_path"])))
    assert "warning" not in levels(frameworks(django(options=["search_path"]), ignore_startup_parameters="x"))


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
        ({"pdo_pgsql": ""}, "200", "warning", "PDO"),
        ({"pg": "8.11"}, "0", "ok", "no driver"),
    ],
)
def test_a_driver_is_judged_for_this_very_pooler(
    packages: dict[str, str], prepared: str, level: Level, word: str
) -> None:
    (found,) = frameworks(Installed(app="web", packages=packages), max_prepared_statements=prepared)
    assert found.level == level
    assert word in found.message


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


def test_an_app_that_cannot_be_looked_into_is_skipped() -> None:
    assert levels(frameworks(Installed(app="web", problem="its container has no shell"))) == {"skipped"}
    assert levels(frameworks(Installed(app="web", cut=True))) == {"skipped"}


def test_where_a_search_was_cut_off_nothing_is_certain() -> None:
    found = Installed(app="web", packages={"pdo_pgsql": ""})
    assert levels(frameworks(found)) == {"warning"}
    assert levels(frameworks(replace(found, cut=True))) == {"skipped"}
