"""Each service's effective variables, and where each value is written."""

from __future__ import annotations

import pytest
from memory_project import FOLDER, Files, project

from devpool.model.environment import Value, raw_span, variable_holding
from devpool.text.document import Document


def values(files: Files | str, service: str = "web", **shell: str) -> dict[str, Value]:
    return dict(project(files, shell).environments[service])


def texts(files: Files | str, service: str = "web", **shell: str) -> dict[str, str]:
    return {n: v.text for n, v in values(files, service, **shell).items()}


def compose(environment: str, more: str = "") -> str:
    return f"services:\n  web:\n    image: app\n{more}    environment:{environment}\n"


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


@pytest.mark.parametrize(
    "written",
    [
        "\n      A: VALUE",
        "\n      A: 'VALUE' # c",
        '\n      A: "VALUE"',
        "\n      - A=VALUE",
        "\n      - 'A=VALUE'",
        '\n      - "A=VALUE" # c',
        " {A: 'VALUE'}",
        ' ["A=VALUE"]',
        "\n      A: &x VALUE",
        "\n      A: !!str VALUE",
    ],
)
@pytest.mark.parametrize("value", ["b", "postgres://u:é𝒳@db:5432/x?a=b", "a$$b", "${NO:-b}"])
def test_an_origin_spans_the_characters_of_the_value_inside_its_quotes(written: str, value: str) -> None:
    text = compose(written.replace("VALUE", value))
    origin = values(text)["A"].origin
    assert (text[origin.start : origin.end], origin.exact) == (value, True)


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ('\n      A: "\\tdb:5432\\n"', 1),
        ("\n      A: 'it''s db:5432'", 1),
        ("\n      A: |\n        a\n        db:5432", 3),
        ("\n      A: >-\n        a\n        db:5432 b", 3),
        ("\n      A: b\n        db:5432 c", 2),
        ('\n      A: "{\\"a\\": \\"db:5432\\"}"', 1),
    ],
)
def test_a_value_that_is_written_otherwise_than_it_reads_knows_where_its_characters_stand(
    written: str, lines: int
) -> None:
    text = compose(written)
    value = values(text)["A"]
    start = value.text.index("db:5432")
    span = raw_span(value, start, start + len("db:5432"))
    assert span
    assert text[slice(*span)] == "db:5432"
    assert value.origin.one_line == (lines == 1)


def test_an_origin_in_an_env_file_spans_its_value() -> None:
    env = "# c\r\nexport A='b c' # d\r\n"
    origin = values({"compose.yml": compose(" {}", "    env_file: a.env\n"), "a.env": env})["A"].origin
    assert (env[origin.start : origin.end], origin.place) == ("b c", f"{FOLDER}/a.env:2")


def span(written: str, part: str, **shell: str) -> str | None:
    text = compose(f"\n      A: {written}")
    value = values(text, **shell)["A"]
    start = value.text.index(part)
    found = raw_span(value, start, start + len(part))
    return text[slice(*found)] if found else None


@pytest.mark.parametrize(
    ("written", "part", "expected"),
    [
        ("postgres://u:p@db:5432/x", "db:5432", "db:5432"),
        ("postgres://${U}:${P}@db:5432/x", "db:5432", "db:5432"),
        ("postgres://${U}:${P}@${H}:5432/x", "db", "${H}"),
        ("postgres://${U}:${P}@${H}:5432/x", "db:5432", "${H}:5432"),
        ("postgres://${H}:5432/x", "5432", "5432"),
        ("${NO:-postgres://db:5432/x}", "db:5432", "db:5432"),
        ("a$$b/db", "db", "db"),
        ("${ALL}", "db", None),
        ("${HP}/x", "db", None),
        ("x${HP}/x", "5432", None),
        ("x/${H}x", "dbx", "${H}x"),
    ],
)
def test_a_part_of_a_value_is_cut_out_where_it_is_written(written: str, part: str, expected: str | None) -> None:
    shell = {"U": "u", "P": "p", "H": "db", "HP": "db:5432", "ALL": "postgres://db:5432/x"}
    assert span(written, part, **shell) == expected


def test_a_part_that_one_variable_holds_is_found_in_it() -> None:
    value = values({"compose.yml": compose(" {A: 'x ${ALL}'}"), ".env": "ALL=postgres://db:5432/x\n"})["A"]
    start = value.text.index("db")
    piece = variable_holding(value, start, start + 7)
    assert piece is not None
    assert (piece.variable, piece.source) == ("ALL", f"{FOLDER}/.env")


def test_a_part_that_is_written_itself_is_held_by_no_variable() -> None:
    value = values(compose(" {A: 'postgres://$U@db/x'}"), U="u")["A"]
    start = value.text.index("db")
    assert variable_holding(value, start, start + 2) is None
