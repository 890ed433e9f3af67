"""Pooled by name: the app's text stays, and links lead the database's names to its pooler."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memory_project import COMPOSE, Files, changed, planned, project, rewritten

from devpool.decide.chosen_variables import with_chosen_variables
from devpool.decide.options import Options
from devpool.decide.plan import Plan
from devpool.decide.planning import make_plan
from devpool.decide.routing import chosen_routes
from devpool.errors import DevpoolError
from devpool.lifecycle.direct_variables import databases_of, direct_links, refuse_without_database
from devpool.model.project import Evidence
from devpool.undo.state import AddedPooler, AppRoute, State

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "postgres://postgres:hunter2@db:5432/postgres"
PLAIN = "  web:\n    image: app\n"
SHARED = PLAIN + "    env_file: web.env\n  dump:\n    image: app\n    command: pg_dump\n    env_file: web.env\n"


def plan(files: Files | str, **options: object) -> Plan:
    return planned(files, **options)[1]


def web(files: Files | str, **options: object) -> str:
    """The text of the service `web` after enable."""
    text = rewritten(files, **options)["compose.yml"]
    return text[text.index("  web:") :]


def refusal(files: Files | str, **options: object) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        changed(files, **options)
    assert caught.value.hint
    return caught.value


def test_an_app_with_a_place_for_its_address_is_not_pooled_by_name() -> None:
    found = plan(DB + PLAIN + f"    environment:\n      DATABASE_URL: {URL}\n")
    assert found.by_name == ()
    assert [r.way for r in found.routes] == ["pooled"]


def test_an_app_that_shares_its_secret_with_a_direct_service_is_pooled_by_name() -> None:
    found = plan({"compose.yml": DB + SHARED, "web.env": f"DATABASE_URL={URL}\n"})
    (named,) = found.by_name
    assert (named.service, named.names, named.direct, found.moves) == ("web", ("db",), "db-direct", ())
    assert [(r.service, r.way) for r in found.routes] == [("web", "pooled by name"), ("dump", "direct")]
    assert found.poolers[0].port == "5432"


def test_no_secret_is_copied_anywhere() -> None:
    _, changes = changed({"compose.yml": DB + SHARED, "web.env": f"DATABASE_URL={URL}\n"})
    assert changes.private == {}
    assert {edit.path for edit in changes.edits} == {COMPOSE}


def test_the_pooler_listens_where_such_an_app_looks() -> None:
    found = plan({"compose.yml": DB + SHARED, "web.env": f"DATABASE_URL={URL.replace('5432', '5499')}\n"})
    assert (found.poolers[0].port, found.poolers[0].upstream_port) == ("5499", "5499")


def test_other_apps_go_to_the_port_of_those_that_are_pooled_by_name() -> None:
    other = f"  api:\n    image: app\n    environment:\n      DATABASE_URL: {URL}\n"
    found = plan({"compose.yml": DB + SHARED + other, "web.env": f"DATABASE_URL={URL}\n"})
    (move,) = found.moves
    assert (move.variable.service, move.target) == ("api", ("pgbouncer", "5432", ""))


def test_a_service_that_says_nothing_is_pooled_by_name_where_it_is_asked_for() -> None:
    assert web(DB + PLAIN, by_name=("web",)) == (
        "  web:\n    image: app\n"
        "    depends_on:\n      pgbouncer:\n        condition: service_healthy\n"
        "      db:\n        condition: service_started\n"
        "    links:\n      - pgbouncer:db\n      - db:db-direct\n"
    )


LINKS = {
    "    links: [db, redis]\n": "links: [pgbouncer:db, redis, db:db-direct]\n",
    '    links:\n    - "db:db"\n    - redis\n': 'links:\n    - "pgbouncer:db"\n    - redis\n    - db:db-direct\n',
    "    links:\n    - redis:cache\n": "links:\n    - redis:cache\n    - pgbouncer:db\n    - db:db-direct\n",
    "    links: [db:old]\n": "links: [pgbouncer:old, pgbouncer:db, db:db-direct]\n",
}


@pytest.mark.parametrize("before", LINKS)
def test_links_that_are_there_are_led_elsewhere_and_added_to(before: str) -> None:
    rest = "    depends_on: [db, pgbouncer]\n"
    text = web(DB + "  redis:\n    image: redis\n" + PLAIN + before + "    depends_on: [db]\n", by_name=("web",))
    assert LINKS[before] in text
    assert text.endswith(rest)


DEPENDS = {
    "[db]": "[db, pgbouncer]",
    "\n      - db": "\n      - db\n      - pgbouncer",
    "{db: {condition: service_healthy}}": (
        "{db: {condition: service_healthy}, pgbouncer: {condition: service_healthy}}"
    ),
    "[redis]": "[redis, pgbouncer, db]",
}


@pytest.mark.parametrize("before", DEPENDS)
def test_it_waits_in_its_own_words_for_both(before: str) -> None:
    text = web(DB + "  redis:\n    image: redis\n" + PLAIN + f"    depends_on: {before}\n", by_name=("web",))
    assert f"    depends_on: {DEPENDS[before]}\n" in text


def test_names_of_the_database_that_an_app_may_use_are_all_led_to_the_pooler() -> None:
    files = DB.replace("postgres:17\n", "postgres:17\n    container_name: shop-db\n") + PLAIN
    assert plan(files, by_name=("web",)).by_name[0].names == ("db", "shop-db")


def test_two_apps_that_share_all_they_have_are_both_pooled_by_name() -> None:
    files = "x-app: &app\n  image: app\n" + DB + "  web:\n    <<: *app\n  api:\n    <<: *app\n"
    assert web(files, by_name=("web", "api")).count("- pgbouncer:db\n") == 2


def test_of_two_databases_one_is_named() -> None:
    files = DB + "  stats:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: x\n" + PLAIN
    assert refusal(files, by_name=("web",)).code == "which-database"
    (named,) = plan(files, by_name=("web:stats",)).by_name
    assert named.links == ("pgbouncer:stats", "stats:stats-direct")


def test_a_service_in_braces_has_a_place_for_what_it_lacks() -> None:
    for text in ("{image: app}", "{image: app, depends_on: [db]}", "{image: app, links: [db]}"):
        (named,) = plan(DB + f"  web: {text}\n", by_name=("web",)).by_name
        assert named.names == ("db",)


REFUSED = {
    "no-link": (PLAIN + "    network_mode: host\n", ("web",)),
    "unknown-service": (PLAIN, ("wep",)),
    "unknown-database": (PLAIN, ("web:dbb",)),
    "not-an-app": (PLAIN, ("db",)),
    "layout-not-plain": (PLAIN + "    depends_on: []\n", ("web",)),
    "shared-dependencies": (PLAIN + "  heir:\n    extends: web\n", ("web",)),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_pooled_by_name_is_refused_by_name(code: str) -> None:
    more, names = REFUSED[code]
    assert refusal(DB + more, by_name=names).code == code


def test_a_name_that_extra_hosts_answer_cannot_be_led_elsewhere() -> None:
    found = refusal(DB + PLAIN + '    extra_hosts: ["db:10.0.0.1"]\n', by_name=("web",))
    assert (found.code, found.hint) == ("no-link", "remove db from its `extra_hosts`, or keep it direct: --direct web")


def test_direct_or_in_session_mode_and_by_name_contradict_each_other() -> None:
    for option in ("direct", "session"):
        assert refusal(DB + PLAIN, by_name=("web",), **{option: ("web",)}).code in (
            "direct-and-pool",
            "unknown-database",
        )


def test_apps_that_look_at_different_ports_are_refused() -> None:
    second = SHARED.replace("web:", "api:").replace("dump:", "dump2:").replace("web.env", "api.env")
    files = {
        "compose.yml": DB + SHARED + second,
        "web.env": f"DATABASE_URL={URL}\n",
        "api.env": f"DATABASE_URL={URL.replace('5432', '5499')}\n",
    }
    found = refusal(files)
    assert (found.code, found.hint) == ("ports-differ", "keep the app with the other port direct: --direct api")
    assert "(web at 5432, api at 5499)" in found.message
    assert plan(files, direct=("api",)).poolers[0].port == "5432"


@pytest.mark.parametrize(
    ("ports", "variable", "listens", "direct"),
    [
        ({"a": "6432"}, "", ("6432", "6432"), []),
        ({"a": "6432", "b": "6432", "c": "5432"}, "", ("6432", "6432"), ["c"]),
        ({"a": "6432", "b": "5432"}, "", ("5432", "5432"), ["a"]),
        ({"a": "6432"}, "PGHOST: db, PGPORT: 6432", ("6432", "6432"), []),
        ({"a": "6432"}, "PGHOST: db", ("5432", "5432"), ["a"]),
        ({"a": "6432"}, "U: 'postgres://postgres:hunter2@db/x'", ("5432", "5432"), ["a"]),
        ({"a": "99999", "b": "5432"}, "", ("5432", "5432"), ["a"]),
        # The host's port leads to 5432 in the container.
        ({"a": "5432"}, "U: 'postgres://postgres:hunter2@db:5499/x'", ("5432", "5432"), []),
    ],
)
def test_the_pooler_listens_where_most_apps_look_of_which_files_tell(
    ports: dict[str, str], variable: str, listens: tuple[str, str], direct: list[str]
) -> None:
    (pooler,) = (found := told(ports, variable)).poolers
    assert (pooler.port, pooler.upstream_port) == listens
    assert [r.service for r in found.routes if r.code == "port"] == direct


def test_an_app_that_looks_at_another_port_can_be_pooled_by_name_where_it_is_asked_for() -> None:
    variable = "U: 'postgres://postgres:hunter2@db/x'"
    (pooler,) = told({"a": "6432"}, variable, by_name=("a",)).poolers
    assert (pooler.port, pooler.upstream_port) == ("6432", "5432")
    with pytest.raises(DevpoolError) as caught:
        told({"a": "6432", "b": "5432"}, "", by_name=("a", "b"))
    assert (caught.value.code, "a at 6432" in caught.value.message) == ("ports-differ", True)
    assert caught.value.hint.endswith("--direct a")


def told(ports: dict[str, str], variable: str, **options: tuple[str, ...]) -> Plan:
    """The plan of apps that a file tells of, and of one with a variable."""
    app = f"  web: {{image: app, environment: {{{variable}}}}}\n" if variable else ""
    published = DB.replace("postgres:17\n", "postgres:17\n    ports: ['5499:5432']\n")
    text = published + app + "".join(f"  {name}: {{image: app}}\n" for name in ports)
    says = [Evidence(service=n, database="db", says=f"{n}.yml:1 names db", port=p) for n, p in ports.items()]
    found, chosen = replace(project(text), evidence=tuple(says)), Options(**options)  # type: ignore[arg-type]
    return make_plan(found, chosen_routes(found, chosen), chosen)


def test_a_port_that_a_file_told_of_at_the_last_enable_is_remembered() -> None:
    found, chosen = project(DB + PLAIN), Options(evidence={"web:db": "web.yml:1 names db:6432"})
    (pooler,) = make_plan(found, chosen_routes(found, chosen), chosen).poolers
    assert (pooler.port, pooler.upstream_port) == ("6432", "6432")


ADDRESS = DB.replace("    environment", "    networks: {default: {ipv4_address: 10.7.0.5}}\n    environment")


@pytest.mark.parametrize(
    ("text", "url", "why"),
    [
        (ADDRESS + SHARED, "postgres://u:p@10.7.0.5/x", "it reaches db as 10.7.0.5, which no link can redirect"),
        (
            DB + "  redis: {image: redis}\n" + SHARED.replace("app\n", "app\n    links: ['redis:db']\n", 1),
            URL,
            "its link redis:db says what db is",
        ),
    ],
)
def test_an_app_that_no_link_reaches_and_nobody_asked_to_pool_stays_direct(text: str, url: str, why: str) -> None:
    other = f"  api: {{image: app, environment: {{U: '{URL}'}}}}\n"
    files = {"compose.yml": text + other, "web.env": f"DATABASE_URL={url}\n"}
    routes = {r.service: r for r in plan(files).routes}
    assert (routes["web"].way, routes["web"].code) == ("direct", "no-link")
    assert routes["web"].reason == f"changing its text would copy a secret, and {why}"
    assert routes["api"].pooled
    assert refusal(files, pool=("web",)).code == "no-link"


def test_another_port_that_the_user_asks_for_is_refused() -> None:
    assert refusal(DB + PLAIN, by_name=("web",), port="6432").code == "ports-differ"


# --- past the pooler ---

STATE = State(
    options=Options(),
    edits=(),
    poolers=(AddedPooler(name="pgbouncer", database="db", port="5432"),),
    routes=(AppRoute(service="web", database="db", pooled=True, reason="", by_name=True),),
)


def test_a_one_off_container_has_the_database_under_its_own_name() -> None:
    links = ["pgbouncer:db", "pgbouncer:shop-db", "db:db-direct", "redis:cache"]
    assert direct_links(STATE, links, {"db", "redis", "web"}) == ["db:db", "db:shop-db", "db:db-direct", "redis:cache"]
    assert direct_links(STATE, ["redis"], {"db", "redis"}) is None
    assert direct_links(None, links, {"db"}) is None


def test_a_database_outside_needs_no_link() -> None:
    assert direct_links(STATE, ["pgbouncer:db.shop.net"], {"web"}) == []


def test_an_app_that_is_pooled_by_name_can_be_direct_for_once() -> None:
    model, _ = planned(DB + PLAIN)
    assert databases_of(model, STATE, "web") == ["db"]
    refuse_without_database(model, "web", STATE)
    with pytest.raises(DevpoolError):
        refuse_without_database(model, "web", None)


@pytest.mark.parametrize(
    ("files", "options"),
    [
        (DB + PLAIN + f"    environment:\n      A_URL: {URL}\n      B_URL: {URL}\n", {"by_name": ("web",)}),
        ({"compose.yml": DB + SHARED, "web.env": f"A_URL={URL}\nB_URL={URL}\n"}, {}),
    ],
)
def test_a_variable_that_the_user_wants_direct_is_not_led_to_the_pooler(
    files: Files | str, options: dict[str, tuple[str, ...]]
) -> None:
    chosen = Options(direct=("web:B_URL",), **options)  # type: ignore[arg-type]
    found = with_chosen_variables(project(files), chosen)
    with pytest.raises(DevpoolError) as caught:
        make_plan(found, chosen_routes(found, chosen), chosen)
    assert (caught.value.code, "B_URL" in caught.value.message) == ("direct-and-pool", True)
    # Under another name for the database it is direct.
    other = str(files).replace("B_URL: postgres://postgres:hunter2@db", "B_URL: postgres://postgres:hunter2@db-too")
    if isinstance(files, str):
        found = with_chosen_variables(project(other.replace("db:\n", "db:\n    hostname: db-too\n", 1)), chosen)
        assert make_plan(found, chosen_routes(found, chosen), chosen).by_name[0].names == ("db",)
