"""Which port a pooler listens on, and which port its database listens on."""

from __future__ import annotations

import pytest
from memory_project import planned, project

from devpool.decide.ports import listen_port, names_no_port, upstream_port
from devpool.errors import DevpoolError
from devpool.model.project import Project

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "DATABASE_URL: postgres://postgres:hunter2@db:5432/postgres"


def app(*variables: str, name: str = "web") -> str:
    return f"  {name}:\n    image: app\n    environment:\n" + "".join(f"      {v}\n" for v in variables)


def port_of(text: str, **options: object) -> str:
    return planned(DB + text, **options)[1].poolers[0].port


def refusal(found: Project, wanted: str | None, fixed: str | None = None) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        listen_port(found, list(found.connection_variables), {("web", "db")}, wanted, fixed)
    return caught.value


@pytest.mark.parametrize(
    ("variables", "silent"),
    [
        ([URL], []),
        (["U: postgres://u:p@db/x"], ["U"]),
        (["DB_HOST: db"], ["DB_HOST"]),
        (["DB_HOST: db", "DB_PORT: 5432"], []),
        (["DB_ADDR: db:5432"], []),
        (["DB_HOST: db", "MEDIA_DB_HOST: db", "DB_PORT: 5432"], ["MEDIA_DB_HOST"]),
        (["POSTGRES_HOST: db", "DB_PORT: 5432"], []),  # the only port there is
    ],
)
def test_a_host_takes_the_port_that_is_no_other_host_s(variables: list[str], silent: list[str]) -> None:
    assert [s.name for s in names_no_port(project(DB + app(*variables)).connection_variables)] == silent


@pytest.mark.parametrize(
    ("wanted", "fixed", "port"), [(None, None, "6432"), ("7000", None, "7000"), (None, "5433", "5433")]
)
def test_the_user_and_apps_that_are_pooled_by_name_decide(wanted: str | None, fixed: str | None, port: str) -> None:
    found = project(DB + app(URL))
    assert listen_port(found, list(found.connection_variables), {("web", "db")}, wanted, fixed) == port


def test_a_port_that_a_host_alone_cannot_take_is_refused() -> None:
    found = project(DB + app("DB_HOST: db"))
    assert refusal(found, "7000").hint == "leave out --port, or give `web` a port variable"
    assert refusal(found, None, "5433").hint == "give `web` a port variable, or keep it direct: --direct web"


def test_a_port_other_than_that_of_apps_that_are_pooled_by_name_is_refused() -> None:
    error = refusal(project(DB + app(URL)), "7000", "5432")
    assert (error.code, error.hint) == ("ports-differ", "leave out --port 7000")


def test_a_port_variable_of_a_host_that_stays_direct_must_keep_its_value() -> None:
    shared = ("DB_HOST: db", "DB_PORT: {}", "LISTEN_DB_HOST: db")
    assert port_of(app(*shared).replace("{}", "5432")) == "5432"
    error = refusal(project(DB + app(*shared).replace("{}", "5433")), None)
    assert (error.code, error.hint) == ("ports-differ", "keep apps with another port direct: --direct web")


PUBLISHED = {"5433": "5432", "15432": "5432"}


@pytest.mark.parametrize(
    ("variables", "published", "port"),
    [
        (["U: postgres://u:p@db:5433/x"], {}, "5433"),
        (["U: postgres://u:p@db/x"], {}, "5432"),
        (["DB_HOST: db", "DB_PORT: 5433"], {}, "5433"),
        (["DB_HOST: db"], {}, "5432"),
        (["U: postgres://u:p@db:5433/x"], PUBLISHED, "5432"),  # the host's port, from a shared .env
        (["U: postgres://u:p@db:5433/x", "V: postgres://u:p@db:5432/x"], PUBLISHED, "5432"),
        (["U: postgres://u:p@db:5433/x"], {"5432": "5433"}, "5433"),
        (["U: postgres://u:p@db:5432/x"], {"5432": "5433", "15432": "5432"}, "5432"),
        ([], {}, "5432"),
    ],
)
def test_the_database_listens_where_the_apps_reach_it(
    variables: list[str], published: dict[str, str], port: str
) -> None:
    settings = list(project(DB + app("A: b", *variables)).connection_variables)
    assert upstream_port(settings, published) == port


def test_apps_that_reach_the_database_at_different_ports_are_refused_with_the_odd_one_s_name() -> None:
    found = project(DB + app(URL) + app("U: postgres://u:p@db:5433/x", name="job"))
    with pytest.raises(DevpoolError) as caught:
        upstream_port(list(found.connection_variables), {})
    assert (caught.value.code, caught.value.where) == ("ports-differ", "/project/compose.yml:13")
    assert caught.value.hint.endswith("--direct job")


@pytest.mark.parametrize(
    ("variables", "port"),
    [
        (["DB_HOST: db", "DB_PORT: '5432'"], "6432"),
        (["DB_HOST: db"], "5432"),
        (["U: postgres://u:p@db/x"], "5432"),
        ([URL, "U: postgres://u:p@db/x"], "5432"),
        (["U: jdbc:postgresql://db/x"], "5432"),
        (["U: host=db user=u"], "5432"),
        (["DB_ADDR: db:5432"], "6432"),
        (["DB_HOST: db", "MEDIA_DB_HOST: db", "MEDIA_DB_PORT: 5432"], "5432"),
        (["DB_HOST: db", "DB_PORT: 5432", "LISTEN_DB_HOST: db"], "5432"),  # this one stays, and uses the same port
        (["DB_HOST: db", "DB_PORT: 5432", "LISTEN_DB_HOST: db", "LISTEN_DB_PORT: 5432"], "6432"),
        (["DB_HOST: db", "DB_PORT: 5432", "MEDIA_DB_HOST: db", "MEDIA_DB_PORT: 5432"], "6432"),
    ],
)
def test_where_an_app_names_no_port_the_pooler_listens_on_postgres_own(variables: list[str], port: str) -> None:
    assert port_of(app(*variables)) == port


def test_one_app_without_a_port_decides_for_all_of_its_pooler() -> None:
    assert port_of(app(URL) + app("DB_HOST: db", name="job")) == "5432"


def test_a_direct_app_without_a_port_decides_nothing() -> None:
    assert port_of(app(URL) + app("DB_HOST: db", name="job"), direct=("job",)) == "6432"


def test_a_port_that_a_url_without_one_can_take_is_taken() -> None:
    assert port_of(app("U: postgres://u:p@db/x"), port="7000") == "7000"
