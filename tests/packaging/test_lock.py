"""The lock file of the development environment: it is what pyproject.toml asks for, complete, and of no one machine."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPO = Path(__file__).resolve().parents[2]
LOCK = (REPO / "requirements-dev.txt").read_text()
_ENTRY = re.compile(r"^(?P<pin>[A-Za-z0-9][^\\\n]*)(?P<hashes>(?: \\\n +--hash=sha256:[0-9a-f]{64})+)$", re.M)
PYPROJECT = tomllib.loads((REPO / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
ASKED = [*PYPROJECT["build-system"]["requires"], *PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]


def pins() -> list[Requirement]:
    return [Requirement(found["pin"]) for found in _ENTRY.finditer(LOCK)]


def locked() -> dict[str, str]:
    """The version of each package in the environment of the tests."""
    here = [pin for pin in pins() if pin.marker is None or pin.marker.evaluate()]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in here}


def required(names: list[Requirement]) -> Iterator[Requirement]:
    """These and what they require in turn, in the environment of the tests."""
    seen: set[str] = set()
    while names:
        wanted = names.pop()
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        yield wanted
        if wanted.name not in seen:
            seen.add(wanted.name)
            names += [Requirement(text) for text in requires(wanted.name) or ()]


@pytest.mark.parametrize("asked", ASKED)
def test_the_lock_has_a_version_that_pyproject_allows(asked: str) -> None:
    wanted = Requirement(asked)
    found = [pin for pin in pins() if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
    assert found, f"the lock has no {wanted.name}: run bin/lock --no-upgrade"
    for pin in found:
        (version,) = pin.specifier
        assert wanted.specifier.contains(version.version), f"{pin} does not satisfy {asked}: run bin/lock --no-upgrade"


def test_the_lock_has_all_that_the_packages_require_in_turn() -> None:
    found = locked()
    wrong = [
        str(wanted)
        for wanted in required([Requirement(asked) for asked in ASKED])
        if not wanted.specifier.contains(found.get(canonicalize_name(wanted.name), ""))
    ]
    assert wrong == [], "run bin/lock --no-upgrade"


def test_each_line_of_the_lock_is_a_version_with_hashes_or_a_comment() -> None:
    left = [line for line in _ENTRY.sub("", LOCK).splitlines() if line and not line.lstrip().startswith("#")]
    assert left == []
    assert all([s.operator for s in pin.specifier] == ["=="] for pin in pins())


def test_the_lock_names_no_place_to_take_packages_from() -> None:
    assert re.findall(r"\S*(?:://|--\w*index\S*|--find-links|-i )\S*", LOCK) == []
