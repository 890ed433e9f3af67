"""Single variables that the user routes, and what else such a name may mean."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.options import Options, is_variable, with_chosen_variables
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
"""
)


def names(settings: tuple[ConnectionVariable, ...]) -> list[str]:
    return [s.variable for s in settings]


def kept(*, direct: tuple[str, ...] = (), pool: tuple[str, ...] = ()) -> list[str]:
    return names(with_chosen_variables(APP, Options(direct=direct, pool=pool)).kept)


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
    options = Options(direct=("web:DATABASE_URL", "web:JOBS_HOST"))
    assert [(r.code, r.pooled) for r in chosen_routes(with_chosen_variables(APP, options), options)] == [
        ("user", False)
    ]
