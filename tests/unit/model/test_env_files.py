"""What the env files of a service give it."""

from __future__ import annotations

import pytest
from memory_project import FOLDER

from unit.model.composed import compose, texts, values


@pytest.mark.parametrize(
    "written",
    [
        "    env_file: [a.env, b.env]\n",
        "    env_file:\n      - a.env\n      - b.env\n",
        "    env_file:\n      - path: a.env\n      - path: ./b.env\n        required: false\n",
    ],
)
def test_of_several_env_files_the_last_wins(written: str) -> None:
    files = {"compose.yml": compose(" {}", written), "a.env": "A=1\nB=1\n", "b.env": "B=2\n"}
    assert texts(files) == {"A": "1", "B": "2"}


def test_an_env_file_that_is_missing_gives_nothing() -> None:
    assert texts({"compose.yml": compose(" {A: b}", "    env_file: [{path: no.env, required: false}]\n")}) == {"A": "b"}


# The right values are those of Docker Compose 2.40.
@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("${OWN}", "own"),
        ("$OWN", "own"),
        ("${DOT}", "dot"),
        ("${BOTH}", "dot"),
        ("${PASSED}", "dot"),
        ("${EARLIER}", "first"),
        ("${LINE}", "second"),
        ("${OWN_AND_LINE}", "own"),
        ("${BARE_WITHOUT_VALUE:-none}", "none"),
        ("${NOWHERE:-none}", "none"),
        ("'${OWN}'", "${OWN}"),
    ],
)
def test_an_env_file_takes_variables_of_the_service_and_of_earlier_files(written: str, text: str) -> None:
    environment = "{OWN: own, BOTH: own, OWN_AND_LINE: own, PASSED: '${DOT}', BARE_WITHOUT_VALUE: }"
    files = {
        "compose.yml": compose(f" {environment}", "    env_file: [a.env, b.env]\n"),
        ".env": "DOT=dot\nBOTH=dot\n",
        "a.env": "EARLIER=first\nLINE=first\n",
        "b.env": f"LINE=second\nOWN_AND_LINE=line\nX={written}\n",
    }
    assert texts(files)["X"] == text


def test_what_one_service_adds_to_an_env_file_is_not_anothers() -> None:
    web = "services: {web: {env_file: a.env, environment: {HOST: db}}, job: {env_file: a.env}}\n"
    files = {"compose.yml": web, "a.env": "URL=postgres://${HOST}/app\n"}
    assert [texts(files, name)["URL"] for name in ("web", "job")] == ["postgres://db/app", "postgres:///app"]


def test_an_origin_in_an_env_file_spans_its_value() -> None:
    env = "# c\r\nexport A='b c' # d\r\n"
    origin = values({"compose.yml": compose(" {}", "    env_file: a.env\n"), "a.env": env})["A"].origin
    assert (env[origin.start : origin.end], origin.place) == ("b c", f"{FOLDER}/a.env:2")
