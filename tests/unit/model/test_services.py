"""Services as their files state them."""

from __future__ import annotations

import pytest
from memory_project import Files, sources

from devpool.errors import DevpoolError
from devpool.model.services import Service, extends_of, reachable
from devpool.text.document import parse


def services(files: Files | str, *, compose: tuple[str, ...] = ()) -> dict[str, Service]:
    return dict(sources(files, {"TAG": "17", "NAME": "base"}, compose=compose).services)


def web(lines: str) -> Service:
    return services(f"services:\n  web:\n{lines}")["web"]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("    image: app:${TAG}\n", "app:17"),
        ("    image: 'app:${X:-1}'\n", "app:1"),
        ("    image: app$$TAG\n", "app$TAG"),
        ("    image: [app]\n", ""),
        ("    build: .\n", ""),
    ],
)
def test_the_text_of_a_key_is_interpolated(lines: str, text: str) -> None:
    assert web(lines).text("image") == text


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        ("    command: a b\n", " a b"),
        ("    command: [a, 'b c']\n", " a b c"),
        ("    entrypoint: [e]\n    command: a\n", "e a"),
        ("    command:\n      - a\n      - ${TAG}\n", " a 17"),
    ],
)
def test_what_starts_is_one_line(lines: str, start: str) -> None:
    assert web(lines).start() == start


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("    depends_on: [db, redis]\n", ["db", "redis"]),
        ("    depends_on: {db: {condition: x}, redis: }\n", ["db", "redis"]),
        ("    depends_on: [db, db]\n", ["db"]),
        ("    depends_on: []\n", []),
        ("    depends_on:\n", [""]),
        ("    image: app\n", []),
    ],
)
def test_the_names_of_a_list_or_mapping(lines: str, names: list[str]) -> None:
    assert list(web(lines).names("depends_on")) == names


def test_secrets_are_granted_in_the_short_form_and_in_the_long_one() -> None:
    assert web("    secrets: [a, {source: b, target: c}]\n").granted("secrets") == ["a", "b"]


@pytest.mark.parametrize(
    ("mine", "theirs", "meet"),
    [("", "", True), ("[a]", "", True), ("[a]", "[b]", False), ("[a, b]", "[b]", True)],
)
def test_services_meet_where_some_profile_has_both(mine: str, theirs: str, meet: bool) -> None:
    lines = [f"    profiles: {p}\n" if p else "    image: x\n" for p in (mine, theirs)]
    found = services(f"services:\n  a:\n{lines[0]}  b:\n{lines[1]}")
    assert found["a"].meets(found["b"]) == meet


def later(lines: str) -> Service:
    files = {
        "compose.yml": "services:\n  web:\n    image: app\n    depends_on: [db]\n",
        "more.yml": f"services:\n{lines}",
    }
    return services(files, compose=("compose.yml", "more.yml")).get("web") or web("    image: none\n")


@pytest.mark.parametrize(
    ("lines", "image", "awaited"),
    [
        ("  web:\n    depends_on: [redis]\n", "app", ["db", "redis"]),
        ("  web:\n    depends_on: !override [redis]\n", "app", ["redis"]),
        ("  web:\n    depends_on: !reset [redis]\n", "app", []),
        ("  web:\n    image: dev\n", "dev", ["db"]),
        ("  web: !reset {}\n", "none", []),
        ("  other:\n    image: x\n", "app", ["db"]),
    ],
)
def test_a_later_file_adds_replaces_and_takes_away(lines: str, image: str, awaited: list[str]) -> None:
    found = later(lines)
    assert (found.text("image"), list(found.names("depends_on"))) == (image, awaited)


def test_what_extends_brings_is_weaker_and_not_its_own() -> None:
    text = "services:\n  base:\n    image: a\n    command: c\n  web:\n    extends: ${NAME}\n    image: b\n"
    found = services(text)["web"]
    assert (found.text("image"), found.text("command")) == ("b", "c")
    assert [f.own for f in found.fragments] == [False, True]
    assert found.place == "/project/compose.yml:6"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("extends: base", ("", "base")),
        ("extends: {file: a.yml, service: base}", ("a.yml", "base")),
        ("extends: {service: '${NAME}'}", ("", "")),
        ("image: app", None),
    ],
)
def test_extends_is_read_in_both_forms(written: str, expected: tuple[str, str] | None) -> None:
    assert extends_of(parse("/p/c.yml", f"{written}\n".encode(), "/p").root, {}) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("services:\n  web:\n    extends: nobody\n", "extends-unknown"),
        ("services:\n  web:\n    extends: {file: gone.yml, service: web}\n", "extends-unknown"),
        ("services:\n  web:\n    extends: job\n  job:\n    extends: web\n", "extends-cycle"),
        ("services:\n" + "".join(f"  s{n}:\n    extends: s{n + 1}\n" for n in range(60)) + "  s60: {}\n", "too-deep"),
    ],
)
def test_an_extends_that_leads_nowhere_is_refused(text: str, code: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        services(text)
    assert caught.value.code == code
    assert caught.value.where.startswith("/project/compose.yml:")


def test_an_extends_of_a_remote_file_that_the_user_allows_brings_nothing_that_is_seen() -> None:
    found = web("    extends: {file: 'https://github.com/a/b.git', service: web}\n    image: app\n")
    assert len(found.fragments) == 1


def test_what_a_service_leads_to_is_found_through_others_also_in_a_circle() -> None:
    text = "services:\n  a:\n    depends_on: [b]\n  b:\n    depends_on: [c, a]\n  d: {}\n"
    found = services(text)
    assert reachable(found, "a", lambda s: s.names("depends_on")) == {"a", "b", "c"}
    assert reachable(found, "d", lambda s: s.names("depends_on")) == set()
