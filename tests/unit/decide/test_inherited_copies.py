"""A direct service that merges a pooled app gets a copy of what it inherited, before the app's own text changes."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, file_of, project

from devpool.decide.inherited_copies import InheritedCopies, find_shields, shield_edits
from devpool.text.document import Document
from devpool.text.edits import Edit, apply

WEB = "  web: &web\n    image: app\n    environment:\n      URL: postgres://u:p@db:5432/x\n      A: b\n"
JOB = "  job:\n    <<: *web\n    command: dump\n"
EXTENDING = "  job:\n    extends: web\n    command: dump\n"
ENV = "  web:\n    image: app\n    environment: &env\n      URL: postgres://u:p@db:5432/x\n      A: b\n"
COPY = "    environment:\n      URL: postgres://u:p@db:5432/x\n      A: b\n"


def copies(text: str, newline: str = "\n") -> tuple[Document, InheritedCopies]:
    found = project(f"services:\n  db:\n    image: postgres:17\n{text}".replace("\n", newline))
    document = file_of(found, COMPOSE)
    assert isinstance(document, Document)
    return document, find_shields(found, ["web"])


def after(text: str, key: str = "environment", newline: str = "\n") -> str:
    """The text of the direct service, once `key` of the app has changed."""
    document, found = copies(text, newline)
    start = document.text.index("db:5432")
    at = ("services", "web", key, "URL")
    changes = [Edit(path=COMPOSE, start=start, end=start + 7, old="db:5432", new=("pool:6432",), at=at)]
    new = apply(document.text, [*changes, *shield_edits(found, changes)])
    return new[new.index("  job:") :]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_merged_service_keeps_the_key_that_changes(newline: str) -> None:
    assert after(WEB + JOB, newline=newline) == (JOB + COPY).replace("\n", newline)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_service_that_extends_the_app_overrides_what_comes_by_that(newline: str) -> None:
    copy = COPY.replace("environment:", "environment: !override")
    assert after(WEB + EXTENDING, newline=newline) == (EXTENDING + copy).replace("\n", newline)


def test_what_the_app_does_not_say_is_stated_empty_where_the_app_gets_it() -> None:
    assert after(WEB + JOB, "depends_on") == f"{JOB}    depends_on: []\n"


def test_a_key_that_stays_is_not_copied() -> None:
    assert after(WEB + JOB, "labels") == JOB


def test_an_alias_of_the_apps_variables_becomes_a_copy_of_them() -> None:
    assert after(f"{ENV}  job:\n    environment: *env\n    image: app\n") == f"  job:\n{COPY}    image: app\n"


def test_a_merge_of_the_apps_variables_becomes_them_below_a_comment() -> None:
    job = "  job:\n    environment:\n      C: d\n      <<: *env\n    image: app\n"
    assert after(ENV + job) == (
        "  job:\n    environment:\n      C: d\n      # <<: *env, as it was\n"
        "      URL: postgres://u:p@db:5432/x\n      A: b\n    image: app\n"
    )


def test_an_own_key_of_the_service_needs_no_copy() -> None:
    _, found = copies(f"{WEB}{JOB}    environment:\n      URL: postgres://u:p@db:5432/y\n")
    assert sorted(key for _, key in found) == ["depends_on", "env_file", "links"]


@pytest.mark.parametrize(
    "text",
    [
        WEB + "  job: {<<: *web, command: dump}\n",
        WEB.replace("URL:", "URL: &url") + JOB,  # the anchor would stand twice
        ENV + "  job:\n    image: app\n    environment:\n      A: c\n      <<: *env\n",  # one name twice
        ENV + "  job:\n    image: app\n    environment: *env # as web\n",
        ENV + "  job:\n    image: app\n    environment:\n        <<: *env\n",  # deeper than the copy
        WEB.replace("URL:", "URL: &url") + EXTENDING,
        WEB + EXTENDING + "    environment: [B=c]\n",
        WEB + "  job: {extends: web, command: dump}\n",
    ],
)
def test_what_would_not_mean_the_same_elsewhere_is_not_copied(text: str) -> None:
    assert ("job", "environment") not in copies(text)[1]


def test_a_copy_covers_the_text_that_the_service_no_longer_reads() -> None:
    document, found = copies(WEB + JOB)
    copy = found["job", "environment"]
    assert copy.covers(document.text.index("postgres://"))
    assert not copy.covers(document.text.index("image: app"))
