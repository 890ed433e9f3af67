"""Which compose files a dev container is made of, and when it counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from disk_project import write

from devpool.errors import DevpoolError
from devpool.load.devcontainer import with_devcontainer
from devpool.model.sources import Selection

COMPOSE = "services: {}\n"


def chosen(folder: Path, *files: str, **shell: str) -> Selection:
    return with_devcontainer(Selection(files=files), folder, shell)


def shop(tmp_path: Path, files: dict[str, str]) -> Path:
    return write(tmp_path / "Shop One", files)


def test_a_folder_with_a_compose_file_is_what_it_was(tmp_path: Path) -> None:
    files = {"compose.yml": COMPOSE, ".devcontainer/devcontainer.json": '{"dockerComposeFile": "compose.yml"}'}
    folder = shop(tmp_path, files)
    assert chosen(folder) == Selection()
    assert chosen(folder, "other.yml") == Selection(files=("other.yml",))


@pytest.mark.parametrize("text", ['{"image": "debian"}', "{}"])
def test_a_dev_container_without_compose_files_tells_nothing(tmp_path: Path, text: str) -> None:
    assert chosen(shop(tmp_path, {".devcontainer/devcontainer.json": text})) == Selection()


@pytest.mark.parametrize("variable", ["shell", "file"])
def test_a_variable_that_names_the_files_counts(tmp_path: Path, variable: str) -> None:
    folder = shop(tmp_path, {".devcontainer/devcontainer.json": '{"dockerComposeFile": "c.yml"}'})
    shell = {"COMPOSE_FILE": "x.yml"} if variable == "shell" else {}
    write(folder, {".env": "" if shell else "COMPOSE_FILE=x.yml\n"})
    assert chosen(folder, **shell) == Selection()


@pytest.mark.parametrize(
    ("place", "said", "files", "name"),
    [
        (".devcontainer/devcontainer.json", "c.yml", (".devcontainer/c.yml",), "shopone_devcontainer"),
        (".devcontainer/devcontainer.json", "../dev/c.yml", ("dev/c.yml",), None),
        (".devcontainer/devcontainer.json", ["../c.yml", "more.yml"], ("c.yml", ".devcontainer/more.yml"), None),
        (".devcontainer.json", ["c.yml"], ("c.yml",), None),
        (".devcontainer/web/devcontainer.json", "c.yml", (".devcontainer/web/c.yml",), None),
        (".devcontainer/web/devcontainer.json", "../c.yml", (".devcontainer/c.yml",), "shopone_devcontainer"),
    ],
)
def test_the_files_are_those_that_it_names_from_its_own_folder(
    tmp_path: Path, place: str, said: object, files: tuple[str, ...], name: str | None
) -> None:
    text = f"// for editors\n{json.dumps({'dockerComposeFile': said})}"
    folder = shop(tmp_path, {place: text, **dict.fromkeys(files, COMPOSE)})
    found = chosen(folder)
    assert (found.files, found.project_name) == (files, name)
    assert chosen(folder, place) == found
    (folder / "src").mkdir()
    assert chosen(folder / "src").files == tuple(f"../{file}" for file in files)


def test_the_project_keeps_a_name_that_it_has(tmp_path: Path) -> None:
    said = {".devcontainer/devcontainer.json": '{"dockerComposeFile": "c.yml"}'}
    folder = shop(tmp_path, {**said, ".devcontainer/c.yml": "name: own\nservices: {}\n"})
    assert chosen(folder).project_name is None
    write(folder, {".devcontainer/c.yml": COMPOSE})
    assert chosen(folder, COMPOSE_PROJECT_NAME="mine").project_name is None
    write(folder, {".env": "COMPOSE_PROJECT_NAME=mine\n"})
    assert chosen(folder).project_name is None


@pytest.mark.parametrize(
    "text",
    [
        *('{"dockerComposeFile": "../../other/compose.yml"}', '{"dockerComposeFile": "/etc/compose.yml"}'),
        *('{"dockerComposeFile": "https://a.example/c.yml"}', '{"dockerComposeFile": "${localEnv:HOME}/c.yml"}'),
        *('{"dockerComposeFile": 5}', '{"dockerComposeFile": []}', '{"dockerComposeFile": [5]}', "{", "[]"),
    ],
)
def test_one_that_leads_out_of_the_repository_or_nowhere_is_refused(tmp_path: Path, text: str) -> None:
    folder = shop(tmp_path, {".devcontainer/devcontainer.json": text})
    with pytest.raises(DevpoolError) as caught:
        chosen(folder)
    assert caught.value.code == "bad-devcontainer"
    assert "-f" in caught.value.hint


def test_of_several_one_has_to_be_named(tmp_path: Path) -> None:
    said = '{"dockerComposeFile": "c.yml"}'
    places = {".devcontainer/a/devcontainer.json": said, ".devcontainer/b/devcontainer.json": said}
    folder = shop(tmp_path, {**places, ".devcontainer/b/c.yml": COMPOSE})
    with pytest.raises(DevpoolError) as caught:
        chosen(folder)
    assert "devpool -f .devcontainer/a/devcontainer.json" in caught.value.hint
    assert chosen(folder, ".devcontainer/b/devcontainer.json").files == (".devcontainer/b/c.yml",)
    with pytest.raises(DevpoolError):
        chosen(folder, ".devcontainer/b/devcontainer.json", "more.yml")
