"""The projects that no plan can be made for."""

from __future__ import annotations

import pytest
from memory_project import Files, planned, project

from devpool.decide.options import Options
from devpool.decide.plan_refusals import (
    refuse_fast_auth,
    refuse_led,
    refuse_odd_names,
    refuse_unpublished,
)
from devpool.errors import DevpoolError

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "DATABASE_URL: postgres://postgres:hunter2@db:5432/postgres"


def app(*variables: str, name: str = "web", image: str = "app", more: str = "") -> str:
    lines = "".join(f"      {v}\n" for v in variables)
    return f"  {name}:\n    image: {image}\n{more}    environment:\n{lines}"


def refusal(files: Files | str, **options: object) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        planned(files, **options)
    assert caught.value.hint
    assert "hunter2" not in caught.value.message + caught.value.hint
    return caught.value


def test_a_variable_s_name_leaves_room_for_its_twin() -> None:
    for length in (1000, 1001):
        found = project(f"{DB}  web:\n    image: app\n    environment: ['{'U' * length}=postgres://u:p@db/x']\n")
        if length == 1000:
            refuse_odd_names(found, list(found.connection_variables))
        else:
            with pytest.raises(DevpoolError, match="1001 characters") as caught:
                refuse_odd_names(found, list(found.connection_variables))
            assert caught.value.code == "name-not-plain"


def test_an_app_in_the_host_s_network_needs_a_published_pooler() -> None:
    database = DB.replace("    environment", "    ports: ['5432:5432']\n    environment", 1)
    web = app("U: postgres://u:p@localhost:5432/x", more="    network_mode: host\n")
    settings = list(project(database + web).connection_variables)
    refuse_unpublished(settings, Options(publish=6432))
    with pytest.raises(DevpoolError) as caught:
        refuse_unpublished(settings, Options())
    assert (caught.value.code, "--publish" in caught.value.hint) == ("no-shared-network", True)


@pytest.mark.parametrize(
    ("web", "platform"),
    [
        (app(URL, image="eclipse-temurin:21"), "Java"),
        (app(URL, more="    command: java -jar app.jar\n"), "Java"),
        (app("U: jdbc:postgresql://db:5432/x"), "Java"),
        (app(URL, "JAVA_OPTS: -Xmx1g"), "Java"),
        (app(URL, image="oven/bun:1"), "Bun"),
        (app(URL, more="    command: bun run start\n"), "Bun"),
        (app(URL, image="node:24"), ""),
        (app(URL, image="javascript-app"), ""),
        (app(URL, more="    command: node bundle.js\n"), ""),
    ],
)
def test_fewer_scram_iterations_are_refused_where_a_driver_would_refuse_them(web: str, platform: str) -> None:
    found = project(DB + web)
    settings = list(found.connection_variables)
    refuse_fast_auth(found, settings, {})
    refuse_fast_auth(found, settings, {"scram_iterations": "4096"})
    if platform:
        with pytest.raises(DevpoolError, match=f"`web` runs on {platform}"):
            refuse_fast_auth(found, settings, {"scram_iterations": "1024"})
    else:
        refuse_fast_auth(found, settings, {"scram_iterations": "1024"})


def test_a_variable_that_the_user_wants_direct_is_refused_where_its_name_leads_to_the_pooler() -> None:
    found, plan = planned(f"{DB}{app('U_DIRECT: postgres://u:p@db/x')}", by_name=("web",))
    refuse_led(found, plan.by_name, Options())
    with pytest.raises(DevpoolError, match="db in U_DIRECT") as caught:
        refuse_led(found, plan.by_name, Options(direct=("web:U_DIRECT",)))
    assert caught.value.code == "direct-and-pool"


def test_a_url_with_several_hosts_is_refused() -> None:
    text = DB + app(URL, "U: postgres://u:hunter2@db:5432,b:5432/x")
    assert refusal(text).code == "several-hosts"
    assert not planned(text, direct=("web",))[1].moves


@pytest.mark.parametrize("name", ["../web", "'a b'", r'"a\nb"'])
def test_a_service_with_a_name_that_compose_does_not_allow_is_refused(name: str) -> None:
    assert refusal(DB + app(URL, name=name)).code == "name-not-plain"


def test_a_variable_with_control_characters_in_its_name_is_refused() -> None:
    assert refusal(DB + app(URL.replace("DATABASE_URL", r'"A\0B_URL"'))).code == "name-not-plain"
