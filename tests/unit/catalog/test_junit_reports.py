"""Where a command's test report is, by its own words."""

from __future__ import annotations

import shlex

import pytest

from devpool.catalog.junit_reports import REPORTS, defaults_of, is_pytest, named_in


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("pytest --junitxml=out/a.xml tests", ["out/a.xml"]),
        ("python -m pytest --junit-xml a.xml", ["a.xml"]),
        ("sh -c 'pytest --junitxml=a.xml; true'", ["a.xml"]),
        ("bundle exec rspec --format RspecJunitFormatter --out r.xml", ["r.xml"]),
        ("vendor/bin/phpunit --log-junit build/j.xml", ["build/j.xml"]),
        ("gotestsum --junitfile j.xml ./...", ["j.xml"]),
        ("sh -c 'go test -v ./... 2>&1 | go-junit-report -set-exit-code > report.xml'", ["report.xml"]),
        ("npx vitest run --reporter=junit --outputFile=v.xml", ["v.xml"]),
        ("python -m xmlrunner -o reports shop.tests", ["reports"]),
        ("node --test --test-reporter=junit --test-reporter-destination=n.xml", ["n.xml"]),
        ("gcc -o main.xml main.c", []),
        ("pytest", []),
    ],
)
def test_the_paths_that_a_command_names(command: str, paths: list[str]) -> None:
    assert list(named_in(shlex.split(command))) == paths


@pytest.mark.parametrize(
    ("command", "places"),
    [
        ("./mvnw test", ["target/surefire-reports/", "target/failsafe-reports/"]),
        ("./gradlew test", ["build/test-results/test/"]),
        ("npx jest", ["junit.xml"]),
        ("npx mocha --reporter mocha-junit-reporter", ["test-results.xml"]),
        ("npm test", ["junit.xml", "test-results.xml"]),
        ("bin/rails test", ["test/reports/"]),
        ("mix test", ["_build/test/lib/*/*test-junit-report.xml"]),
        ("mix do ecto.migrate, test", ["_build/test/lib/*/*test-junit-report.xml"]),
        ("python manage.py test", []),
        ("make check", []),
    ],
)
def test_the_places_where_a_tool_writes_by_itself(command: str, places: list[str]) -> None:
    assert defaults_of(command.split()) == places


def test_a_tool_that_tells_of_its_report_is_looked_for_where_it_does() -> None:
    for command in ("python manage.py test", "python3 -m xmlrunner shop", "python runtests.py"):
        assert defaults_of(command.split(), "OK\n\nGenerating XML reports...\n") == ["TEST-*.xml", "test-reports/"]
        assert defaults_of(command.split(), "OK\n") == []


def test_each_row_has_its_source() -> None:
    assert [row.tool for row in REPORTS if not row.source.startswith("https://")] == []
    assert [row.tool for row in REPORTS if not (row.options or row.defaults)] == []


@pytest.mark.parametrize(
    ("command", "found"), [("python -m pytest -q", True), ("py.test", True), ("pytests", False), ("make test", False)]
)
def test_pytest_is_known_by_its_name(command: str, found: bool) -> None:
    assert is_pytest(command.split()) is found
