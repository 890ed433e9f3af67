"""The results of tests in JUnit's XML, as the test tools of many languages write it. Pure.

There is no one standard. What all writers share is `testcase`, with a `failure` or `error` in it where it failed and
`skipped` where it did not run (https://github.com/testmoapp/junitxml describes the variants). The XML comes from a
container: a document type is refused, because only with one can a short file expand into a long one, and tests, their
names and their texts are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from devpool.errors import DevpoolError

Outcome = Literal["passed", "failed", "skipped"]
MOST_TESTS = 200_000
_LONGEST_NAME = 500
_LONGEST_TEXT = 8_000  # characters of a failure, of which the end says most
_DEEPEST = 50  # elements within each other; PHPUnit nests a suite for each file, class and data provider
_FAILED = ("failure", "error")
_SKIPPED = ("skipped", "disabled")
_RANK: dict[Outcome, int] = {"skipped": 0, "passed": 1, "failed": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test of a report.

    Attributes:
        group: its class, file or suite, as the tool names it.
        name: its name there.
        outcome: what came of it.
        message: the first line of why it failed, "" where it did not.
        text: all that the tool wrote of the failure.
        began: when it began as far as the report tells: seconds after the report's first test.
        seconds: how long it took.
    """

    group: str
    name: str
    outcome: Outcome
    message: str = ""
    text: str = ""
    began: float = 0.0
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, str]:
        """What is the same for a test in two reports."""
        return self.group, self.name

    @property
    def label(self) -> str:
        """Its whole name."""
        return f"{self.group} {self.name}" if self.group and self.group not in self.name else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The tests of a run.

    Attributes:
        tests: each once.
        seconds: how long all took.
        stamp: when the tool began, as the first suite says it; "" where it does not.
        began: the same in seconds since the epoch; 0 where that is not known.
    """

    tests: dict[tuple[str, str], Case]
    seconds: float
    stamp: str = ""
    began: float = 0.0

    def count(self, outcome: Outcome) -> int:
        """How many tests have an outcome."""
        return sum(test.outcome == outcome for test in self.tests.values())


def read_reports(files: Iterable[tuple[str, bytes]]) -> Report:
    """The tests of several files, in their order. A test that is in them more than once has its worst outcome.

    Args:
        files: the path of each file and what it holds.

    Raises:
        DevpoolError: `not-junit`.
    """
    cases: dict[tuple[str, str], Case] = {}
    at, stamp = 0.0, ""
    for path, data in files:
        root = _root(path, data)
        stamp = stamp or next((text for element in root.iter() if (text := element.get("timestamp"))), "")
        for element, suite in _cases(path, root):
            test = _test(element, suite, at)
            at += test.seconds
            before = cases.get(test.key)
            if before is None or _RANK[test.outcome] > _RANK[before.outcome]:
                cases[test.key] = test
            if len(cases) > MOST_TESTS:
                raise _not_junit(path, f"it has more than {MOST_TESTS:,} tests")
    return Report(tests=cases, seconds=at, stamp=stamp[:_LONGEST_NAME])


class _NotPlainError(Exception):
    """The XML has what is refused, in words."""


def _root(path: str, data: bytes) -> Element:
    """The root of a file's XML.

    Raises:
        DevpoolError: `not-junit`.
    """
    parser, builder, depth = expat.ParserCreate(), TreeBuilder(), 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _NotPlainError(f"its elements are more than {_DEEPEST} deep")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: object) -> None:
        raise _NotPlainError("it has a document type")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
        return builder.close()
    except _NotPlainError as error:
        raise _not_junit(path, str(error)) from None
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise _not_junit(path, f"it is no XML: {error}") from None


def _cases(path: str, root: Element) -> Iterator[tuple[Element, str]]:
    """Each test of a file, with the name of the innermost suite around it."""
    if _tag(root) not in ("testsuites", "testsuite", "testcase"):
        raise _not_junit(path, f"its root is `{_tag(root)[:40]}`, not `testsuites`")
    yield from _below(root, "")


def _below(element: Element, suite: str) -> Iterator[tuple[Element, str]]:
    if _tag(element) == "testcase":
        yield element, suite
        return
    mine = element.get("name") or suite
    for child in element:
        if _tag(child) in ("testsuite", "testcase"):
            yield from _below(child, mine)


def _tag(element: Element) -> str:
    return element.tag.rpartition(":")[2]


def _test(element: Element, suite: str, at: float) -> Case:
    failures = [child for child in element if _tag(child) in _FAILED]
    skipped = any(_tag(child) in _SKIPPED for child in element)
    outcome: Outcome = "failed" if failures else "skipped" if skipped else "passed"
    said = [part for child in failures for part in (child.get("message") or "", "".join(child.itertext())) if part]
    text = "\n".join(part.strip() for part in said)
    return Case(
        group=(element.get("classname") or element.get("class") or suite)[:_LONGEST_NAME],
        name=(element.get("name") or "without a name")[:_LONGEST_NAME],
        outcome=outcome,
        message=next((line.strip() for line in text.split("\n") if line.strip()), "")[:_LONGEST_NAME],
        text=text
        if len(text) <= _LONGEST_TEXT
        else f"{text[: _LONGEST_TEXT // 2]}\n...\n{text[-_LONGEST_TEXT // 2 :]}",
        began=at,
        seconds=seconds_of(element.get("time", "")),
    )


def seconds_of(text: str) -> float:
    """A duration as a report writes it: seconds, with commas between thousands in some of them; 0 for anything else."""
    try:
        seconds = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e7 else 0.0


def _not_junit(path: str, why: str) -> DevpoolError:
    return DevpoolError(
        "not-junit",
        f"the test report cannot be read: {why}",
        where=path,
        hint="name the JUnit XML that the command writes: --junit PATH",
    )
