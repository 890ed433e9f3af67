"""Test reports as the tools of several languages write them, and what is refused."""

from __future__ import annotations

import pytest

from devpool.compare.junit_report import Case, Report, read_reports, seconds_of
from devpool.errors import DevpoolError

PYTEST = """<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0"
failures="1" skipped="1" tests="3" time="1.5" timestamp="2026-01-01T00:00:00" hostname="x"><testcase
classname="tests.test_a" name="test_one" time="0.5" /><testcase classname="tests.test_a" name="test_two" time="1.0">
<failure message="AssertionError: no&#10;assert []">def test_two():
&gt;   assert []
E   AssertionError: no</failure></testcase><testcase classname="tests.test_a" name="test_three" time="0.0"><skipped
type="pytest.skip" message="later">x</skipped></testcase></testsuite></testsuites>"""
UNITTEST = """<?xml version="1.0"?><testsuite name="jobs.tests.WorkTest-20260101" tests="2" file="jobs/tests.py"
time="0.1" failures="0" errors="1"><testcase classname="jobs.tests.WorkTest" name="test_a" time="0.05"
timestamp="2026-01-01T00:00:00" file="jobs/tests.py" line="4"/><testcase classname="jobs.tests.WorkTest" name="test_b"
time="0.05"><error type="psycopg.errors.InvalidCursorName" message="cursor &quot;c&quot; does not exist"><![CDATA[
]]></error></testcase><system-out><![CDATA[]]></system-out></testsuite>"""
RSPEC = """<testsuite name="rspec" tests="1" skipped="0" failures="1" errors="0" time="0.02"><properties><property
name="seed" value="1"/></properties><testcase classname="spec.models.note_spec" name="Note saves"
file="./spec/models/note_spec.rb" time="0.01"><failure message="expected 1" type="RSpec::Expectations">x</failure>
</testcase></testsuite>"""
JEST = """<testsuites name="jest tests" tests="1" failures="1" errors="0" time="1.2"><testsuite name="notes" errors="0"
failures="1" skipped="0" timestamp="2026-01-01T00:00:00" time="1.1" tests="1"><testcase classname="notes saves"
name="notes saves" time="0.01"><failure>Error: expect(received)
    at Object.x (a.test.js:3)</failure></testcase></testsuite></testsuites>"""
VITEST = """<testsuites name="vitest tests" tests="1" failures="1" errors="0" time="0.3"><testsuite name="a.test.ts"
timestamp="2026-01-01T00:00:00.000Z" hostname="x" tests="1" failures="1" errors="0" skipped="0" time="0.01"><testcase
classname="a.test.ts" name="notes &gt; saves" time="0.005"><failure message="expected 1 to be 2"
type="AssertionError">AssertionError</failure></testcase></testsuite></testsuites>"""
MAVEN = """<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="com.x.NoteTest" time="1,234.5"
tests="2" errors="0" skipped="1" failures="0"><properties/><testcase name="saves" classname="com.x.NoteTest"
time="1,234.5"><flakyFailure message="first try">x</flakyFailure></testcase><testcase name="later"
classname="com.x.NoteTest" time="0"><skipped/></testcase></testsuite>"""
GO = """<testsuites tests="1" failures="1"><testsuite name="shop/notes" tests="1" failures="1" errors="0" id="0"
hostname="x" skipped="0" time="0.1" timestamp="2026-01-01T00:00:00Z"><testcase name="TestSave"
classname="shop/notes" time="0.100"><failure message="Failed"><![CDATA[notes_test.go:5: pq: unnamed prepared statement
does not exist]]></failure></testcase></testsuite></testsuites>"""
PHPUNIT = """<testsuites><testsuite name="/srv/phpunit.xml" tests="1"><testsuite name="NoteTest" file="/srv/A.php"
tests="1" assertions="1" errors="0" failures="1" skipped="0" time="0.1"><testsuite name="NoteTest::testSaves"
tests="1"><testcase name="testSaves with data set #0" file="/srv/NoteTest.php" line="7" class="NoteTest"
classname="NoteTest" assertions="1" time="0.1"><failure type="X">NoteTest::testSaves
Failed asserting</failure></testcase></testsuite></testsuite></testsuite></testsuites>"""
EXUNIT = """<testsuites><testsuite errors="0" failures="1" name="Elixir.NoteTest" tests="1" time="0.1"><testcase
classname="Elixir.NoteTest" file="test/note_test.exs" name="test saves" time="0.1"><failure
message="error: assert 1 == 2">x</failure></testcase></testsuite></testsuites>"""


def read(*texts: str) -> Report:
    return read_reports((f"{number}.xml", text.encode()) for number, text in enumerate(texts))


def case(text: str, name: str) -> Case:
    (found,) = [test for test in read(text).tests.values() if test.name == name]
    return found


@pytest.mark.parametrize(
    ("text", "name", "group", "message"),
    [
        (PYTEST, "test_two", "tests.test_a", "AssertionError: no"),
        (UNITTEST, "test_b", "jobs.tests.WorkTest", 'cursor "c" does not exist'),
        (RSPEC, "Note saves", "spec.models.note_spec", "expected 1"),
        (JEST, "notes saves", "notes saves", "Error: expect(received)"),
        (VITEST, "notes > saves", "a.test.ts", "expected 1 to be 2"),
        (GO, "TestSave", "shop/notes", "Failed"),
        (PHPUNIT, "testSaves with data set #0", "NoteTest", "NoteTest::testSaves"),
        (EXUNIT, "test saves", "Elixir.NoteTest", "error: assert 1 == 2"),
    ],
    ids=["pytest", "unittest", "RSpec", "Jest", "Vitest", "go-junit-report", "PHPUnit", "ExUnit"],
)
def test_a_failed_test_of_each_tool(text: str, name: str, group: str, message: str) -> None:
    found = case(text, name)
    assert (found.outcome, found.group, found.message) == ("failed", group, message)


def test_the_whole_text_of_a_failure_is_kept() -> None:
    assert "unnamed prepared statement" in case(GO, "TestSave").text
    assert "E   AssertionError: no" in case(PYTEST, "test_two").text


def test_outcomes_are_counted() -> None:
    found = read(PYTEST)
    assert [found.count(what) for what in ("passed", "failed", "skipped")] == [1, 1, 1]  # type: ignore[arg-type]


def test_a_test_that_passed_in_the_end_has_passed() -> None:
    assert case(MAVEN, "saves").outcome == "passed"
    assert case(MAVEN, "later").outcome == "skipped"


def test_when_a_test_began_is_what_came_before_it() -> None:
    assert (case(PYTEST, "test_one").began, case(PYTEST, "test_two").began) == (0.0, 0.5)
    assert read(PYTEST, UNITTEST).seconds == pytest.approx(1.6)


def test_when_the_tool_began_is_what_the_first_suite_says() -> None:
    assert read(PYTEST, JEST).stamp == "2026-01-01T00:00:00"
    assert read(RSPEC, VITEST).stamp == "2026-01-01T00:00:00.000Z"
    assert read(RSPEC).stamp == ""


def test_of_two_entries_the_worse_counts() -> None:
    twice = '<testsuite name="a"><testcase name="x"/><testcase name="x"><error message="no"/></testcase></testsuite>'
    assert case(twice, "x").outcome == "failed"


def test_a_label_says_the_group_once() -> None:
    assert case(PYTEST, "test_two").label == "tests.test_a test_two"
    assert case(JEST, "notes saves").label == "notes saves"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuites>&b;</testsuites>', "a document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuites/>', "a document type"),
        ("<html><body/></html>", "its root is `html`"),
        ("", "no XML"),
        ("<testsuites>", "no XML"),
        ("<testsuites>&b;</testsuites>", "no XML"),
        ("<testsuites>" + "<testsuite>" * 60 + "</testsuite>" * 60 + "</testsuites>", "more than 50 deep"),
        ('<?xml version="1.0" encoding="x-none"?><testsuites/>', "no XML"),
    ],
)
def test_what_is_no_report_is_refused(text: str, why: str) -> None:
    with pytest.raises(DevpoolError, match=why) as raised:
        read(text)
    assert (raised.value.code, raised.value.where) == ("not-junit", "0.xml")


def test_names_and_texts_are_bounded() -> None:
    long = "x" * 100_000
    found = read(f'<testsuite name="s"><testcase name="{long}"><failure>{long}</failure></testcase></testsuite>')
    (test,) = found.tests.values()
    assert len(test.name) == 500
    assert len(test.text) < 9_000


@pytest.mark.parametrize(
    ("text", "seconds"), [("0.5", 0.5), ("1,234.5", 1234.5), ("", 0.0), ("-1", 0.0), ("nan", 0.0), ("1e300", 0.0)]
)
def test_a_duration_is_a_number_of_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds
