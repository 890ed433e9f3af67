"""Single variables that the user routes, and what else such a name may mean."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.chosen_variables import is_variable, with_chosen_variables
from devpool.decide.options import Options
from devpool.decide.routing import chosen_routes
from devpool.errors import DevpoolError
from devpool.model.project import ConnectionVariable

APP = project(
    """\
services:
  db: {image: postgres:17}
  web:
    image: shop
    environment:
      DATABASE_URL: postgres://u:p@db:5432/x
      DIRECT_URL: postgres://u:p@db:5432/x
      JOBS_HOST: db
      JOBS_PORT: 5432
  migrate:
    image: shop
    command: alembic upgrade head
    environment:
      DATABASE_URL: postgres://u:p@db:5432/x
      JOBS_URL: postgres://u:p@db:5432/x
"""
)


def names(settings: tuple[ConnectionVariable, ...]) -> list[str]:
    return [s.name for s in settings]


def kept(*, direct: tuple[str, ...] = (), pool: tuple[str, ...] = ()) -> list[str]:
    return names(with_chosen_variables(APP, Options(direct=direct, pool=pool)).kept)


def routes(**options: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    chosen = Options(**options)  # type: ignore[arg-type]
    return {r.service: (r.way, r.reason) for r in chosen_routes(with_chosen_variables(APP, chosen), chosen)}


POOLED = ("pooled", "you asked for it (--pool)")
DIRECT = ("direct", "you asked for it (--direct)")


@pytest.mark.parametrize(
    ("direct", "pool", "way"),
    [
        (("web",), ("web:DATABASE_URL",), POOLED),
        (("web:db",), ("web:DATABASE_URL",), POOLED),
        (("web",), ("web:db",), POOLED),
        (("web:db",), ("web",), DIRECT),
        (("web:DATABASE_URL",), ("web",), POOLED),
    ],
)
def test_what_says_more_of_an_app_wins(direct: tuple[str, ...], pool: tuple[str, ...], way: tuple[str, str]) -> None:
    assert routes(direct=direct, pool=pool)["web"] == way


def test_one_variable_of_a_service_that_stays_direct_can_be_pooled() -> None:
    assert routes()["migrate"][0] == "direct"
    assert routes(pool=("migrate:JOBS_URL",))["migrate"] == POOLED


@pytest.mark.parametrize(
    "options",
    [
        {"direct": ("web",), "session": ("web",)},
        {"direct": ("web",), "pool": ("web",)},
        {"direct": ("web:db",), "by_name": ("web",)},
        {"session": ("web:db",), "by_name": ("web:db",)},
    ],
)
def test_two_routes_for_one_app_are_refused(options: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(DevpoolError) as caught:
        routes(**options)
    assert caught.value.code == "direct-and-pool"
    assert "session" in caught.value.message


@pytest.mark.parametrize(
    ("direct", "pool", "expected"),
    [
        ((), (), ["DIRECT_URL"]),
        (("web",), (), ["DIRECT_URL"]),
        (("web:db",), (), ["DIRECT_URL"]),
        (("web:DATABASE_URL",), (), ["DATABASE_URL", "DIRECT_URL"]),
        (("web:JOBS_HOST",), (), ["JOBS_HOST", "JOBS_PORT", "DIRECT_URL"]),
        ((), ("web:DIRECT_URL",), []),
        (("web:JOBS_HOST",), ("web:DIRECT_URL",), ["JOBS_HOST", "JOBS_PORT"]),
        # Of an app that stays direct, only the variable that is named is pooled.
        (("web",), ("web:DATABASE_URL",), ["JOBS_HOST", "JOBS_PORT", "DIRECT_URL"]),
        (("web:db",), ("web:DATABASE_URL",), ["JOBS_HOST", "JOBS_PORT", "DIRECT_URL"]),
        (("web",), ("web:db", "web:DATABASE_URL"), ["DIRECT_URL"]),
        ((), ("migrate:JOBS_URL",), ["DATABASE_URL", "DIRECT_URL"]),
        ((), ("migrate", "migrate:JOBS_URL"), ["DIRECT_URL"]),
    ],
)
def test_a_variable_that_the_user_names_is_kept_or_is_not(
    direct: tuple[str, ...], pool: tuple[str, ...], expected: list[str]
) -> None:
    assert kept(direct=direct, pool=pool) == expected


def test_only_a_connection_variable_of_the_service_is_one() -> None:
    asked = ("web:DATABASE_URL", "web:db", "web:OTHER", "db:DATABASE_URL", "web")
    assert {name: is_variable(APP, name) for name in asked} == dict.fromkeys(asked, False) | {"web:DATABASE_URL": True}


def test_a_name_that_is_neither_a_database_nor_a_variable_is_refused() -> None:
    with pytest.raises(DevpoolError) as caught:
        chosen_routes(APP, Options(direct=("web:OTHER",)))
    assert caught.value.code == "unknown-database"


@pytest.mark.parametrize("name", ["web:", "web:OTHER"])
def test_what_follows_the_colon_is_not_left_out(name: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        chosen_routes(APP, Options(direct=(name,)))
    assert caught.value.code == "unknown-database"


@pytest.mark.parametrize("options", [Options(session=("web:DATABASE_URL",)), Options(by_name=("web:DATABASE_URL",))])
def test_a_session_or_a_name_for_one_variable_is_refused(options: Options) -> None:
    with pytest.raises(DevpoolError) as caught:
        chosen_routes(APP, options)
    assert caught.value.code == "unknown-database"
    assert "is a variable of `web`" in caught.value.message


def test_an_app_of_which_no_variable_is_left_is_direct_as_the_user_wants() -> None:
    assert routes(direct=("web:DATABASE_URL", "web:JOBS_HOST"))["web"] == DIRECT
