"""Each service's effective variables."""

from __future__ import annotations

import pytest
from memory_project import FOLDER, project

from devpool.text.document import Document
from unit.model.composed import compose, texts, values


def test_a_service_without_an_environment_has_no_variables() -> None:
    assert texts("services:\n  web:\n    image: app\n") == {}


@pytest.mark.parametrize("written", ["", " {}", " []", " null", " ~"])
def test_an_empty_environment_has_no_variables(written: str) -> None:
    assert texts(compose(written)) == {}


@pytest.mark.parametrize(
    "written",
    [
        "\n      A: b\n      C: d",
        "\n      - A=b\n      - C=d",
        "\n    - A=b\n    - C=d",
        "\n      A: 'b'\n      C: \"d\"",
        "\n      - 'A=b'\n      - \"C=d\"",
        " {A: b, C: d}",
        " [A=b, C=d]",
        "\n      'A': b # c\n      C: d # A=x",
        "\n      A: &x b\n      C: d",
    ],
)
def test_a_map_and_a_list_say_the_same(written: str) -> None:
    assert texts(compose(written)) == {"A": "b", "C": "d"}


@pytest.mark.parametrize(
    ("written", "text"),
    [("A=b=c", "b=c"), ("A=", ""), ("A= b", " b"), ('"A=b # c"', "b # c"), ("A=b#c", "b#c"), ("A=b: c", None)],
)
def test_a_list_item_is_cut_at_its_first_sign(written: str, text: str | None) -> None:
    assert texts(compose(f"\n      - {written}")) == ({"A": text} if text is not None else {})


@pytest.mark.parametrize("written", ["\n      A:", "\n      - A", "\n      A: null", "\n      A: ~"])
def test_a_bare_name_passes_the_shells_value_through(written: str) -> None:
    assert texts(compose(written), A="shell") == {"A": "shell"}
    assert values(compose(written), A="shell")["A"].origin.given is False


@pytest.mark.parametrize("written", ["\n      A:", "\n      - A", "\n      A: null"])
def test_a_bare_name_without_a_value_is_no_variable(written: str) -> None:
    assert texts(compose(written)) == {}


@pytest.mark.parametrize("written", ["\n      A: ''", '\n      A: ""', "\n      - A="])
def test_an_empty_text_is_a_value(written: str) -> None:
    assert texts(compose(written), A="shell") == {"A": ""}


def test_a_bare_name_without_a_value_unsets_what_an_env_file_says() -> None:
    files = {"compose.yml": compose("\n      - A", "    env_file: app.env\n"), "app.env": "A=1\nB=2\n"}
    assert texts(files) == {"B": "2"}


def test_the_environment_wins_over_an_env_file() -> None:
    files = {"compose.yml": compose("\n      A: here", "    env_file: app.env\n"), "app.env": "A=file\nB=file\n"}
    assert texts(files) == {"A": "here", "B": "file"}


def test_dot_env_is_for_interpolation_and_gives_a_service_nothing() -> None:
    assert texts({"compose.yml": compose(" {A: $B}"), ".env": "B=1\nC=2\n"}) == {"A": "1"}


def test_the_shell_wins_over_dot_env() -> None:
    assert texts({"compose.yml": compose(" {A: $B}"), ".env": "B=1\n"}, B="shell") == {"A": "shell"}


def test_dot_env_may_be_an_env_file_too() -> None:
    files = {"compose.yml": compose(" {A: $B}", "    env_file: .env\n"), ".env": "B=1\n"}
    assert texts(files) == {"A": "1", "B": "1"}


def test_an_anchor_gives_its_variables_to_all_who_name_it() -> None:
    text = "x-env: &env\n  A: 1\nservices:\n  web: {environment: *env}\n  job: {environment: *env}\n"
    found = project(text).environments
    assert found["web"]["A"].origin.key == found["job"]["A"].origin.key


def test_a_merge_gives_variables_below_the_services_own() -> None:
    text = "x-env: &env\n  A: 1\n  B: 1\nservices:\n  web:\n    environment:\n      <<: *env\n      B: 2\n"
    assert texts(text) == {"A": "1", "B": "2"}
    assert values(text)["A"].origin.place == f"{FOLDER}/compose.yml:2"


def test_a_whole_service_may_be_merged() -> None:
    text = "x-app: &app\n  environment: {A: b}\nservices:\n  web:\n    <<: *app\n    image: app\n"
    assert texts(text) == {"A": "b"}


def test_extends_gives_variables_below_the_services_own() -> None:
    text = (
        "services:\n  base:\n    environment: {A: 1, B: 1}\n  web:\n    extends: base\n    environment:\n      - B=2\n"
    )
    assert texts(text) == {"A": "1", "B": "2"}


def test_extends_of_another_file_points_into_that_file() -> None:
    files = {
        "compose.yml": "services:\n  web:\n    extends: {file: base.yml, service: app}\n",
        "base.yml": "services:\n  app:\n    environment: {A: b}\n",
    }
    origin = values(files)["A"].origin
    assert (isinstance(origin.file, Document), origin.place) == (True, f"{FOLDER}/base.yml:3")


def test_a_later_compose_file_wins() -> None:
    files = {"compose.yml": compose(" {A: 1, B: 1}"), "two.yml": "services: {web: {environment: [B=2]}}\n"}
    found = project(files, compose=("compose.yml", "two.yml")).environments["web"]
    assert {n: v.text for n, v in found.items()} == {"A": "1", "B": "2"}


@pytest.mark.parametrize("tag", ["!reset []", "!reset null", "!override {C: d}"])
def test_a_later_file_may_take_everything_away(tag: str) -> None:
    files = {"compose.yml": compose(" {A: 1}"), "two.yml": f"services:\n  web:\n    environment: {tag}\n"}
    found = project(files, compose=("compose.yml", "two.yml")).environments["web"]
    assert {n: v.text for n, v in found.items()} == ({"C": "d"} if "C" in tag else {})
