"""The `links` of an app that is pooled by name."""

from __future__ import annotations

import pytest
from memory_project import sources

from devpool.decide.by_name import ByName
from devpool.decide.key_ownership import Readers
from devpool.edit.links import link_edits
from devpool.errors import DevpoolError
from devpool.text.edits import apply

NAMED = ByName(service="web", database="db", pooler="pool", names=("db", "pg"), direct="db-direct", variables=())
NEW = "    links:\n      - pool:db\n      - pool:pg\n      - db:db-direct\n"


def linked(text: str, *mine: ByName) -> str:
    """The text once `web` has its links."""
    found = sources(text)
    held = Readers("links", found.services).held("web", {"web"})
    return apply(text, list(link_edits(found.services["web"], held, mine or (NAMED,))))


def test_an_app_without_links_gets_one_for_each_name_and_one_past_the_pooler() -> None:
    text = "services:\n  web:\n    image: app\n"
    assert linked(text) == text + NEW


def test_links_for_several_databases_stand_in_one_list() -> None:
    log = ByName(service="web", database="log", pooler="pool-log", names=("log",), direct="", variables=())
    text = "services:\n  web:\n    image: app\n"
    assert linked(text, NAMED, log) == f"{text}{NEW}      - pool-log:log\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[db]", "[pool:db, pool:pg, db:db-direct]"),
        ("['db:pg', redis]", "['pool:pg', redis, pool:db, db:db-direct]"),
        ("\n      - db:other\n", "\n      - db:other\n      - pool:db\n      - pool:pg\n      - db:db-direct\n"),
        ("[pool:db, pool:pg, db:db-direct]", "[pool:db, pool:pg, db:db-direct]"),
        ("['${N:-db}']", "['pool:db', pool:pg, db:db-direct]"),
    ],
)
def test_links_of_its_own_are_led_to_the_pooler_in_place(before: str, after: str) -> None:
    text = f"services:\n  web:\n    links: {before}"
    assert linked(text) == f"services:\n  web:\n    links: {after}"


def test_links_that_another_service_reads_too_are_repeated() -> None:
    shared = "x-l: &l [db, 'redis:cache']\nservices:\n"
    job = "  job:\n    links: *l\n"
    assert linked(f"{shared}  web:\n    links: *l\n{job}") == (
        f"{shared}  web:\n    links:\n      - pool:db\n      - 'redis:cache'\n"
        f"      - pool:pg\n      - db:db-direct\n{job}"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("services:\n  web: &web\n    links: [db]\n  job:\n    <<: *web\n", "shared-dependencies"),
        ("services:\n  web:\n    links: []\n", "layout-not-plain"),
        ('services:\n  web:\n    links: ["\\x64b"]\n', "layout-not-plain"),
    ],
)
def test_what_cannot_be_linked_is_refused(text: str, code: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        linked(text)
    assert caught.value.code == code
