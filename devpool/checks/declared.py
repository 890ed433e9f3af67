"""Which drivers an app's files name, before anything runs: packages, drivers' settings, Django's databases. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from devpool.catalog.address_files import COMMENT
from devpool.catalog.driver_files import BUNDLED_LIBPQ, PACKAGE_FILES, SETTING, SETTING_WORDS, PackageFile
from devpool.checks.facts import version
from devpool.checks.installed import Mention

_LONGEST_LINE = 1_000
_MOST_NAMED = 100  # a real file names each of a few packages once or twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that a file names: its name in the rules, its version ("" where the file does not pin it), and
    `requirements.txt:3`.
    """

    name: str
    version: str
    place: str


def is_package_file(path: str) -> bool:
    """Whether a file's name is one of those that name an app's packages."""
    return _kind(path) is not None


def packages_in(path: str, text: str) -> Iterator[Package]:
    """The packages of the rules that a file names.

    Args:
        path: the file, as places are to name it.
        text: what it holds.
    """
    kind = _kind(path)
    for match in islice(kind.entry.finditer(text), _MOST_NAMED) if kind else ():
        groups = match.groupdict()
        start = match.start("name") if groups["name"] else match.start("key")
        if COMMENT.match(text[text.rfind("\n", 0, start) + 1 : start + 1]):
            continue
        place = f"{path}:{text.count(chr(10), 0, start) + 1}"
        pinned = groups.get("version") or ""
        yield Package(name=_of_rules(kind, groups["name"] or groups["key"]), version=pinned, place=place)
        if "binary" in (groups.get("extras") or ""):
            yield Package(name="psycopg_binary", version=pinned, place=place)


def with_libpq(packages: dict[str, str]) -> dict[str, str]:
    """The versions of packages, with that of the libpq that psycopg's binary package brings. One that no file pins is
    taken to be new.
    """
    since, libpq = BUNDLED_LIBPQ
    if "psycopg_binary" not in packages:
        return packages
    binary = packages["psycopg_binary"] or ".".join(map(str, since))
    found = packages | {"psycopg": packages.get("psycopg") or binary}
    return found | ({"libpq": libpq} if version(binary) >= since else {})


def settings_in(path: str, text: str) -> Iterator[Mention]:
    """The drivers' settings in a text; none of a comment."""
    if not any(word in text for word in SETTING_WORDS):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) <= _LONGEST_LINE and not COMMENT.match(line) and (found := SETTING.search(line)):
            yield Mention(place=f"{path}:{number}", text=found.group())


def _kind(path: str) -> PackageFile | None:
    name = posixpath.basename(path)
    return next((k for k in PACKAGE_FILES if k.files.fullmatch(name)), None)


def _of_rules(kind: PackageFile | None, name: str) -> str:
    assert kind
    return kind.packages.get(name) or kind.packages[name.lower()]
