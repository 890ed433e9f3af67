"""What a project's files say once they are read: which variables an included file may interpolate."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.load.locate import find_project
from devpool.load.read_project import read_project
from devpool.model.build_model import read_model
from devpool.model.selection import Selection

PART = "services: {web: {image: web, environment: {ADDRESS: '${ADDRESS-none}'}}}\n"
FILES = {"sub/c.yml": PART, "sub/my.env": "ADDRESS=mine\n", "sub/.env": "ADDRESS=beside\n", "other.env": "ADDRESS=o\n"}


@pytest.mark.parametrize(
    ("include", "dotenv", "said"),
    [
        ("sub/c.yml", "", "beside"),
        ("{path: sub/c.yml, env_file: sub/my.env}", "", "mine"),
        ("{path: sub/c.yml, env_file: [sub/my.env, other.env]}", "", "o"),
        ("{path: [sub/c.yml], env_file: ['${WHICH}/my.env']}", "WHICH=sub\n", "mine"),
        ("{path: sub/c.yml, env_file: /dev/null}", "", "none"),
        ("{path: sub/c.yml, project_directory: .}", "", "none"),
        ("{path: sub/c.yml, env_file: sub/my.env}", "ADDRESS=outer\n", "outer"),
    ],
)
def test_an_included_file_has_the_variables_of_its_include(
    tmp_path: Path, include: str, dotenv: str, said: str
) -> None:
    # The main file interpolates the same name, and does not see what the include adds.
    main = f"include:\n  - {include}\n" + PART.replace("web", "main")
    services = read(tmp_path, {**FILES, "compose.yaml": main, ".env": dotenv})
    outer = "outer" if dotenv.startswith("ADDRESS") else "none"
    assert services == {"web": said, "main": outer}


def test_what_one_include_adds_no_other_one_sees(tmp_path: Path) -> None:
    main = "include: [{path: sub/c.yml, env_file: sub/my.env}, {path: two/c.yml}]\n"
    services = read(tmp_path, {**FILES, "compose.yaml": main, "two/c.yml": PART.replace("web", "two")})
    assert services == {"web": "mine", "two": "none"}


def test_what_an_included_file_includes_has_the_variables_of_both(tmp_path: Path) -> None:
    main = "include: [{path: sub/d.yml, env_file: sub/my.env}]\n"
    services = read(tmp_path, {**FILES, "compose.yaml": main, "sub/d.yml": "include: [c.yml]\n"})
    assert services == {"web": "mine"}


def test_what_an_included_service_extends_has_its_variables(tmp_path: Path) -> None:
    main = "include: [{path: sub/d.yml, env_file: sub/my.env}]\n"
    part = "services: {web: {extends: {file: c.yml, service: web}}}\n"
    assert read(tmp_path, {**FILES, "compose.yaml": main, "sub/d.yml": part}) == {"web": "mine"}


@pytest.mark.parametrize(
    ("environment", "dotenv", "said"),
    [("[ADDRESS]", "", "mine"), ("{ADDRESS: }", "", None), ("{ADDRESS: }", "ADDRESS=outer\n", "outer")],
)
def test_a_name_without_a_value_has_that_of_the_include_in_a_list_alone(
    tmp_path: Path, environment: str, dotenv: str, said: str | None
) -> None:
    main = "include: [{path: sub/d.yml, env_file: sub/my.env}]\n"
    part = f"services: {{web: {{image: web, environment: {environment}}}}}\n"
    files = {**FILES, "compose.yaml": main, "sub/d.yml": part, ".env": dotenv}
    assert read(tmp_path, files).get("web") == said


def read(folder: Path, files: dict[str, str]) -> dict[str, str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    project = read_model(read_project(find_project(Selection(), folder, {})))
    return {n: v["ADDRESS"].text for n, v in project.environments.items() if "ADDRESS" in v}
