"""Which services read a value where it is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memory_project import COMPOSE, FOLDER, Files, one_variable, project

from devpool.decide.value_readers import ValueReaders
from devpool.model.other_readers import Reader
from devpool.model.project import ConnectionVariable

DB = "services:\n  db:\n    image: postgres:17\n"
URL = "postgres://u:p@db:5432/x"
OTHER = f"{FOLDER}/other/compose.yml"


def readers(
    files: Files | str, *pooled: str, session: tuple[str, ...] = (), name: str = "U"
) -> tuple[ValueReaders, ConnectionVariable]:
    """Who reads what, if these apps are pooled, and the variable `name` of `web`."""
    found = project(files)
    pairs, at_alias = ({(app, "db") for app in apps} for apps in (pooled, session))
    return ValueReaders(found, pairs, {}, at_alias), one_variable(found, name)


def web(environment: str, more: str = "") -> str:
    return f"{DB}  web:\n    image: app\n    environment: {environment}\n{more}"


SHARED = f"x-env: &env {{U: '{URL}'}}\n{DB}  web: {{environment: *env}}\n  job: {{environment: *env}}\n"
FILES = {
    "compose.yml": f"{DB}  web:\n    env_file: a.env\n  job:\n    env_file: a.env\n",
    "a.env": f"U={URL}\n",
}


@pytest.mark.parametrize("files", [SHARED, FILES])
def test_a_value_moves_only_where_all_its_readers_do(files: Files | str) -> None:
    for pooled, expected in ((("web",), False), (("web", "job"), True)):
        found, variable = readers(files, *pooled)
        assert (found.all_move(variable), found.all_take_more(variable)) == (expected, expected)


def test_who_goes_to_the_session_alias_moves_with_those_alone_that_go_there_too() -> None:
    for session, expected in ((("web",), False), (("web", "job"), True), (("job",), True)):
        found, variable = readers(SHARED, "web", "job", session=session)
        assert found.in_session(variable) == ("web" in session)
        # An app of the session alias has an entry of its own over what others take to the pooler.
        assert found.all_move(variable) == expected


def test_no_further_variable_stands_beside_a_value_in_a_mapping_that_others_read() -> None:
    """The value itself is the app's own, but the mapping that holds it is merged elsewhere."""
    job = f"  job:\n    image: app\n    environment:\n      <<: *env\n      U: {URL}\n"
    found, variable = readers(web(f"&env\n      U: {URL}", job), "web")
    assert (found.all_move(variable), found.all_take_more(variable)) == (True, False)


@pytest.mark.parametrize(("value", "several"), [(f"{URL},postgres://u:p@log/x", True), (f"{URL},{URL}", False)])
def test_a_value_may_name_several_databases(value: str, several: bool) -> None:
    found, variable = readers(web(f"{{U: '{value}'}}", "  log:\n    image: postgres:17\n"), "web")
    assert found.is_one_of_several(variable) == several


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("    labels: {x: '${U}'}\n", True),
        ("    labels: {x: $U}\n", True),
        ("    labels: {x: '${V:-$U}'}\n", True),
        ("    labels: {x: $$U}\n", False),
        ("    labels: {x: U}\n", False),
        ("    environment: [U]\n", True),
        ("    build: {context: ., args: [U]}\n", True),
        ("    build: {context: ., args: {U: }}\n", True),
        ("    build: {context: ., args: [U=x]}\n", False),
        ("secrets: {s: {environment: U}}\n", True),
        ("configs: {c: {environment: U}}\n", True),
        ("configs: {c: {file: U}}\n", False),
    ],
)
def test_other_text_takes_a_value_over_from_dot_env(text: str, taken: bool) -> None:
    files = {"compose.yml": f"{DB}  web:\n    env_file: .env\n  job:\n    image: app\n{text}", ".env": f"U={URL}\n"}
    found, variable = readers(files, "web")
    assert found.is_taken_over(variable) == taken


def test_of_another_env_file_only_its_own_lines_take_a_value_over() -> None:
    compose = f"{DB}    labels: {{x: '${{U}}'}}\n  web:\n    env_file: a.env\n"
    for line, taken in (("", False), ("V=${U}\n", True)):
        found, variable = readers({"compose.yml": compose, "a.env": f"U={URL}\n{line}"}, "web")
        assert found.is_taken_over(variable) == taken
    assert found.is_loaded(f"{FOLDER}/a.env") and not found.is_loaded(COMPOSE) and not found.is_loaded(None)


def test_a_direct_service_that_extends_the_app_reads_its_value() -> None:
    text = web(f"{{U: '{URL}'}}", "  job:\n    extends: web\n  log:\n    extends: job\n")
    assert [readers(text, *pooled)[0].direct_heir(readers(text)[1]) for pooled in (("web",), ("web", "job"))] == [
        "job",
        "log",
    ]
    assert readers(text, "web", "job", "log")[0].direct_heir(readers(text)[1]) is None


def test_another_compose_file_reads_a_value_and_what_names_the_database() -> None:
    text = web(f"{{U: '{URL}'}}", "    depends_on: [db]\n")
    found = project(text)
    span = (text.index("U: '"), text.index("    depends_on"))
    reader = Reader(path=OTHER, taken={COMPOSE: (span,)})
    project_read = replace(found, sources=replace(found.sources, readers=(reader,)))
    mine, variable = ValueReaders(project_read, {("web", "db")}, {}), one_variable(found, "U")
    assert (mine.other_file(variable), mine.awaiting_file(variable)) == (OTHER, "")
    whole = replace(reader, taken={COMPOSE: ((0, len(text)),)})
    project_read = replace(found, sources=replace(found.sources, readers=(whole,)))
    assert ValueReaders(project_read, {("web", "db")}, {}).awaiting_file(variable) == OTHER


def test_a_compose_file_that_includes_the_pooler_too_is_no_reader_to_mind() -> None:
    found = project(web(f"{{U: '{URL}'}}"))
    reader = Reader(path=OTHER, includes=frozenset({COMPOSE}))
    found = replace(found, sources=replace(found.sources, readers=(reader,)))
    assert ValueReaders(found, {("web", "db")}, {}).other_file(one_variable(found, "U")) == ""
