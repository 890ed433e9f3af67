"""How a service holds a key, and the text that gives it one of its own."""

from __future__ import annotations

import pytest
from memory_project import project, sources

from devpool.decide.inherited_copies import find_shields
from devpool.decide.key_ownership import Held, Line, Readers, below, item_lines, merging, new_key, over_alias, placing
from devpool.errors import DevpoolError
from devpool.model.services import Service, Statement
from devpool.text.edits import Copy, apply
from devpool.text.nodes import SequenceNode

ENV = "x-env: &env\n  A: b\nservices:\n"
OWN = "    environment:\n      A: b\n"


def services(text: str) -> dict[str, Service]:
    return dict(sources(text).services)


def held(text: str, *alike: str) -> Held:
    return Readers("environment", services(text)).held("web", {"web", *alike})


def statement(text: str, key: str = "environment", name: str = "web") -> Statement:
    return services(text)[name].statements(key)[-1]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("services:\n  web:\n    image: app\n", "lacks"),
        (f"services:\n  web:\n    image: app\n{OWN}", "own"),
        (f"{ENV}  web:\n    environment: *env\n", "alias"),
        (f"{ENV}  web:\n    environment: *env\n  job:\n    environment: *env\n", "alias"),
        (f"{ENV}  web:\n    environment:\n      <<: *env\n", "own"),
        (f"x-app: &app\n{OWN[2:]}services:\n  web:\n    <<: *app\n  job:\n    <<: *app\n", "merged"),
        (f"x-app: &app\n{OWN[2:]}services:\n  web:\n    <<: *app\n", "own"),  # nobody else reads it
        (f"services:\n  web: &web\n{OWN}  job:\n    <<: *web\n", "lent"),
        ("services:\n  web: &web\n    image: app\n  job:\n    <<: *web\n", "lent"),
        (f"services:\n  web: &web\n    image: app\n  job:\n    <<: *web\n{OWN}", "lacks"),
        ("services:\n  web:\n    image: app\n  job:\n    extends: web\n", "lent"),
        ("services:\n  web:\n    environment: &e\n      A: b\n  job:\n    environment: *e\n", "lent"),
        (f"services:\n  base:\n{OWN}  web:\n    extends: base\n    image: app\n", "lacks"),
    ],
)
def test_how_a_service_holds_its_variables(text: str, how: str) -> None:
    assert held(text).how == how


def test_what_all_its_readers_change_alike_is_their_own() -> None:
    text = f"services:\n  web: &web\n{OWN}  job:\n    <<: *web\n"
    found = held(text, "job")
    assert (found.how, found.readers) == ("own", {"web", "job"})


def test_a_service_that_gets_a_copy_does_not_read_the_original() -> None:
    found = project(f"services:\n  web: &web\n    image: app\n{OWN}  job:\n    <<: *web\n")
    shields = find_shields(found, ["web"])
    assert Readers("environment", found.services, shields).held("web", {"web"}).how == "own"


@pytest.mark.parametrize(
    ("lines", "there"),
    [("    image: app\n", True), (OWN, False), ("", True), ("    <<: *x\n    image: app\n", False)],
)
def test_a_new_key_goes_into_a_mapping_that_lacks_it(lines: str, there: bool) -> None:
    text = f"x: &x\n{OWN[2:]}services:\n  web:{'' if lines else ' {image: app}'}\n{lines}"
    assert (placing(services(text)["web"], "environment") is not None) == there


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    image: app\n", "    image: app\n    links:\n      - db\n"),
        ("    image: app", "    image: app\n    links:\n      - db"),
        ("    env_file: a\n    image: app\n", "    env_file: a\n    links:\n      - db\n    image: app\n"),
        ("    image: app # 1\n    # 2\n", "    image: app # 1\n    links:\n      - db\n    # 2\n"),
    ],
)
def test_a_new_key_stands_after_env_file_or_at_the_end(before: str, after: str, newline: str) -> None:
    text = f"services:\n  web:\n{before}".replace("\n", newline)
    (fragment,) = services(text)["web"].fragments
    edit = new_key(fragment, "links", [("- ", "db")])
    assert apply(text, [edit]) == f"services:\n  web:\n{after}".replace("\n", newline)
    assert edit.at == ("services", "web", "links")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([("- ", "db"), ("- ", '"a b"')], '[db, "a b"]'),
        (
            [("db:",), ("  ", "condition: c"), ("  ", "restart: true"), ("x: 1",)],
            "{db: {condition: c, restart: true}, x: 1}",
        ),
    ],
)
def test_a_new_key_in_braces_is_written_in_braces(lines: list[Line], text: str) -> None:
    before = "services:\n  web: { image: app } # 1\n"
    (fragment,) = services(before)["web"].fragments
    edit = new_key(fragment, "links", lines)
    assert apply(before, [edit]) == f"services:\n  web: {{ image: app, links: {text} }} # 1\n"


@pytest.mark.parametrize("line", [("- ", "a, b"), ("- ", "'a'"), ("- ", "a}"), ("- ", Copy(0, 3))])
def test_a_text_that_braces_would_read_otherwise_is_refused(line: Line) -> None:
    (fragment,) = services("services:\n  web: {image: app}\n")["web"].fragments
    with pytest.raises(DevpoolError) as caught:
        new_key(fragment, "links", [line])
    assert caught.value.code == "layout-not-plain"


def test_an_alias_becomes_lines_and_leaves_no_space_at_the_colon() -> None:
    text = f"{ENV}  web:\n    environment:  *env  # shared\n"
    assert apply(text, [over_alias(statement(text), [("C: ", "d")])]).endswith(
        "    environment:\n      C: d  # shared\n"
    )


@pytest.mark.parametrize(
    ("text", "name", "edits"),
    [
        (f"{ENV}  web:\n    environment: *env\n", "env", 0),
        (f"services:\n  web:\n{OWN}", "devpool-shared-web-environment", 1),
        (f"services:\n  my.web:\n{OWN}", "devpool-shared-my-web-environment", 1),
    ],
)
def test_a_mapping_is_merged_by_its_anchor_or_gets_one(text: str, name: str, edits: int) -> None:
    (service,) = services(text).values()
    found = merging(service.statements("environment")[-1])
    assert found is not None
    assert (found[0], len(found[1])) == (name, edits)
    assert f"&{name}\n" in apply(text, found[1])


def test_an_anchor_that_is_given_twice_cannot_be_merged() -> None:
    text = f"{ENV}  web:\n    environment: *env\n  job:\n    labels: &env\n      A: b\n"
    assert merging(statement(text)) is None


def test_items_are_repeated_as_they_are_written_and_not_over_several_lines() -> None:
    text = "services:\n  web:\n    links: [db, 'redis:cache']\n    dns: ['1\n      2']\n"
    found = statement(text, "links")
    assert isinstance(found.value, SequenceNode)
    rows = [below(found.document, "", [line])[1:] for _, line in item_lines(found.document, found.value)]
    assert [text[row[1].start : row[1].end] for row in rows if not isinstance(row[1], str)] == ["db", "'redis:cache'"]
    odd = statement(text, "dns")
    assert isinstance(odd.value, SequenceNode)
    with pytest.raises(DevpoolError):
        item_lines(odd.document, odd.value)
