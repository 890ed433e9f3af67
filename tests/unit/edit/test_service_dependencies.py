"""A `depends_on` or `links` of an app's own, in place of one that it shares with direct services."""

from __future__ import annotations

import pytest
from memory_project import changed, sources

from devpool.decide.key_ownership import Readers
from devpool.edit.service_dependencies import first_dependencies, own_dependencies, said_of
from devpool.errors import DevpoolError
from devpool.text import nodes
from devpool.text.document import parse
from devpool.text.edits import apply

HEALTHY = ("condition: service_healthy",)
NAMES = {"db": "pool"}


def own(
    text: str, key: str = "depends_on", names: dict[str, str] = NAMES, further: dict[str, tuple[str, ...]] | None = None
) -> str:
    """The text once `web` has the key for itself."""
    found = sources(text)
    held = Readers(key, found.services).held("web", {"web"})
    return apply(text, list(own_dependencies(found.services["web"], held, key, names, further)))


def test_an_alias_becomes_the_list_with_the_pooler_in_place_of_the_database() -> None:
    shared = "x-on: &on\n  - db\n  - redis # cache\nservices:\n"
    job = "  job:\n    depends_on: *on\n"
    assert own(f"{shared}  web:\n    depends_on: *on\n{job}") == (
        f"{shared}  web:\n    depends_on:\n      - pool\n      - redis\n{job}"
    )


def test_an_alias_becomes_the_mapping_with_what_each_entry_says() -> None:
    shared = (
        "x-on: &on\n  db:\n    condition: service_healthy\n    restart: true\n"
        "  redis: {condition: service_started}\nservices:\n"
    )
    job = "  job:\n    depends_on: *on\n"
    assert own(f"{shared}  web:\n    depends_on: *on\n{job}") == (
        f"{shared}  web:\n    depends_on:\n      pool:\n        condition: service_healthy\n        restart: true\n"
        f"      redis: {{condition: service_started}}\n{job}"
    )


def test_a_merged_service_gets_the_key_itself() -> None:
    shared = "x-app: &app\n  depends_on: [db]\nservices:\n  job:\n    <<: *app\n  web:\n    <<: *app\n    image: app\n"
    assert own(shared) == f"{shared}    depends_on:\n      - pool\n"


def test_a_merge_in_the_mapping_is_spelled_out_but_for_what_stands_beside_it() -> None:
    shared = "x-on: &on\n  db: {condition: service_started}\n  redis: {condition: service_started}\nservices:\n"
    web = "  web:\n    depends_on:\n      <<: *on\n      redis: {condition: service_healthy}\n"
    assert own(shared + web) == (
        f"{shared}  web:\n    depends_on:\n      pool: {{condition: service_started}}\n"
        "      redis: {condition: service_healthy}\n"
    )


def test_a_link_under_another_name_stays_and_the_pooler_is_linked_beside_it() -> None:
    text = "x-l: &l ['db:old', redis]\nservices:\n  web:\n    links: *l\n  job:\n    links: *l\n"
    assert "    links:\n      - 'db:old'\n      - pool\n      - redis\n" in own(text, "links")


@pytest.mark.parametrize(
    ("shared", "written"),
    [
        ("[db]", "      - pool\n      - pool-2\n"),
        ("{db: {condition: x}}", "      pool: {condition: x}\n      pool-2: {condition: service_healthy}\n"),
        ("{db: }", "      pool:\n      pool-2:\n        condition: service_healthy\n"),
    ],
)
def test_a_further_entry_follows_the_form_of_the_last_one(shared: str, written: str) -> None:
    text = f"x-on: &on {shared}\nservices:\n  web:\n    depends_on: *on\n  job:\n    depends_on: *on\n"
    assert f"  web:\n    depends_on:\n{written}  job:" in own(text, further={"pool-2": HEALTHY})


@pytest.mark.parametrize(
    ("shared", "written"),
    [
        ("{'123': {condition: x}, db: {condition: x}}", '      "123": {condition: x}\n      pool: {condition: x}\n'),
        ("['123', db]", "      - '123'\n      - pool\n"),
    ],
)
def test_a_name_that_yaml_would_read_as_a_number_keeps_its_quotes(shared: str, written: str) -> None:
    text = f"x-on: &on {shared}\nservices:\n  web:\n    depends_on: *on\n  job:\n    depends_on: *on\n"
    assert f"  web:\n    depends_on:\n{written}" in own(text)
    added = '      "5":' if shared.startswith("{") else '      - "5"'
    assert added in own(text, further={"5": HEALTHY})


def test_a_key_that_others_take_from_the_app_is_refused_by_name() -> None:
    text = "services:\n  web: &web\n    depends_on: [db]\n  job:\n    <<: *web\n"
    with pytest.raises(DevpoolError) as caught:
        own(text)
    assert (caught.value.code, "--direct web" in caught.value.hint) == ("shared-dependencies", True)


def test_a_service_without_dependencies_gets_its_first_ones() -> None:
    text = "services:\n  web:\n    image: app\n"
    found = sources(text)
    held = Readers("depends_on", found.services).held("web", {"web"})
    edits = list(first_dependencies(found.services["web"], held, {"pool": HEALTHY, "1": HEALTHY}))
    assert apply(text, edits) == (
        f"{text}    depends_on:\n      pool:\n        condition: service_healthy\n"
        '      "1":\n        condition: service_healthy\n'
    )


def test_an_entry_says_what_is_written_in_plain_text() -> None:
    document = parse("/p/c.yml", b"a: {condition: 'x', required: false}\nb:\nc: [x]\nd: {condition: \"\\x41\"}\n")
    a, b, c, d = (nodes.resolved(e.value) for e in document.root.entries)
    assert (said_of(document, a), said_of(document, b)) == (["condition: 'x'", "required: false"], [])
    for odd in (c, d):
        with pytest.raises(DevpoolError):
            said_of(document, odd)


DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
HEIR = "  heir:\n    extends: web\n    command: alembic upgrade head\n"


@pytest.mark.parametrize(
    ("web", "code", "hint"),
    [
        ("  web:\n    image: app\n    depends_on: [db]\n" + HEIR, "shared-dependencies", "`<<: *web`"),
        ("  web:\n    image: app\n" + HEIR, "shared-dependencies", "take `extends` out of `heir`"),
        ("  web:\n    image: app\n    depends_on: []\n", "layout-not-plain", "remove the key"),
    ],
)
def test_an_app_that_has_no_place_for_its_links_and_dependencies(web: str, code: str, hint: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        changed(DB + web, by_name=("web",))
    assert caught.value.code == code
    assert hint in caught.value.hint


def test_the_ways_out_of_an_heir_are_ways_out() -> None:
    web = "  web: &web\n    image: app\n    depends_on: [db]\n"
    changed(DB + web + HEIR.replace("extends: web", "<<: *web"), by_name=("web",))
    changed(DB + web + HEIR.replace("    extends: web\n", "    image: app\n"), by_name=("web",))
