"""Where test tools write JUnit XML: the options by which a command names the file, and the tools' defaults. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from devpool.text.patterns import regex


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlaces:
    """Where one tool writes.

    Attributes:
        tool: its name.
        command: finds it in a command.
        options: those that name the file or the folder, without `=`.
        defaults: where it writes by itself: files, patterns of them with `*`, and folders with a `/` at the end;
            relative to the container's working directory.
        sign: what it prints where it writes a report; "" where it says nothing. Without it, other tools of the same
            command are spared a search.
        source: the documentation.
    """

    tool: str
    command: re.Pattern[str]
    options: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    sign: str = ""
    source: str


_NPM = r"\b(npm|yarn|pnpm)\s+(run\s+)?test\b"
REPORTS = (
    ReportPlaces(
        tool="pytest",
        command=regex(r"\bpy\.?test\b"),
        options=("--junitxml", "--junit-xml"),
        source="https://docs.pytest.org/en/stable/how-to/output.html#creating-junitxml-format-files",
    ),
    ReportPlaces(
        tool="unittest-xml-reporting",
        command=regex(r"\bxmlrunner\b|\bmanage\.py\s+test\b|\bpython[\d.]*\s+\S+\.py\b"),
        options=("-o", "--output", "--output-file"),
        defaults=("TEST-*.xml", "test-reports/"),
        sign="Generating XML reports",
        source="https://github.com/xmlrunner/unittest-xml-reporting#django",
    ),
    ReportPlaces(
        tool="RSpec",
        command=regex(r"\brspec\b"),
        options=("--out", "-o"),
        defaults=("rspec.xml", "tmp/rspec.xml"),
        source="https://github.com/sj26/rspec_junit_formatter",
    ),
    ReportPlaces(
        tool="minitest-reporters",
        command=regex(r"\brails\s+test\b|\brake\b"),
        defaults=("test/reports/",),
        source="https://github.com/minitest-reporters/minitest-reporters",
    ),
    ReportPlaces(
        tool="Jest",
        command=regex(rf"\bjest\b|{_NPM}"),
        defaults=("junit.xml",),
        source="https://github.com/jest-community/jest-junit",
    ),
    ReportPlaces(
        tool="Mocha",
        command=regex(rf"\bmocha\b|{_NPM}"),
        defaults=("test-results.xml",),
        source="https://github.com/michaelleeallen/mocha-junit-reporter",
    ),
    ReportPlaces(
        tool="Node.js",
        command=regex(r"\bnode\s.*--test\b"),
        options=("--test-reporter-destination",),
        source="https://nodejs.org/api/test.html#test-reporters",
    ),
    ReportPlaces(
        tool="Vitest",
        command=regex(r"\bvitest\b"),
        options=("--outputFile", "--outputFile.junit"),
        source="https://vitest.dev/guide/reporters#junit-reporter",
    ),
    ReportPlaces(
        tool="Maven",
        command=regex(r"\bmvnw?\b"),
        defaults=("target/surefire-reports/", "target/failsafe-reports/"),
        source="https://maven.apache.org/surefire/maven-surefire-plugin/test-mojo.html#reportsDirectory",
    ),
    ReportPlaces(
        tool="Gradle",
        command=regex(r"\bgradlew?\b"),
        defaults=("build/test-results/test/",),
        source="https://docs.gradle.org/current/userguide/java_testing.html#test_reporting",
    ),
    ReportPlaces(
        tool="go-junit-report",
        command=regex(r"\bgo-junit-report\b"),
        options=("-out", "--out"),
        source="https://github.com/jstemmer/go-junit-report",
    ),
    ReportPlaces(
        tool="gotestsum",
        command=regex(r"\bgotestsum\b"),
        options=("--junitfile",),
        source="https://github.com/gotestyourself/gotestsum#junit-xml-output",
    ),
    ReportPlaces(
        tool="PHPUnit",
        command=regex(r"\bphpunit\b|\bartisan\s+test\b|\bpest\b"),
        options=("--log-junit",),
        source="https://docs.phpunit.de/en/11.5/textui.html",
    ),
    ReportPlaces(
        tool="ExUnit",
        command=regex(r"\bmix\s+(do\s+.*)?test\b"),
        defaults=("_build/test/lib/*/*test-junit-report.xml",),
        source="https://hexdocs.pm/junit_formatter/readme.html",
    ),
)
PYTEST = "PYTEST_ADDOPTS"
"""The variable from which pytest takes further options, before those of its command line
(https://docs.pytest.org/en/stable/reference/reference.html#environment-variables).
"""


def named_in(words: Sequence[str]) -> Iterator[str]:
    """The paths that a command names by an option of its tool; a shell's `-c` has a whole command in one word."""
    text = " ".join(words)
    options = dict.fromkeys(o for places in _of(text) for o in places.options)
    for option in options:
        for match in re.finditer(rf"(?<!\S){re.escape(option)}(?:=|\s+)(?P<path>[^\s'\"|;&>]+)", text):
            yield match["path"]
    if "go-junit-report" in text:
        yield from (match["path"] for match in re.finditer(r">\s*(?P<path>[^\s'\"|;&>]+\.xml)", text))


def defaults_of(words: Sequence[str], said: str = "") -> list[str]:
    """The places where the tools in a command write by themselves.

    Args:
        words: the command.
        said: what it printed in the end.
    """
    tools = (places for places in _of(" ".join(words)) if places.sign in said)
    return list(dict.fromkeys(place for places in tools for place in places.defaults))


def is_pytest(words: Sequence[str]) -> bool:
    """Whether a command starts pytest, as far as its words tell."""
    return any(places.tool == "pytest" for places in _of(" ".join(words)))


def _of(text: str) -> Iterable[ReportPlaces]:
    return (places for places in REPORTS if places.command.search(text))
