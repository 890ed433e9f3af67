"""A project's files are found as Compose finds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from disk_project import write

from devpool.errors import DevpoolError
from devpool.load.locate import compose_files, find_project, project_directory
from devpool.model.sources import Selection


def files(root: Path, names: str, below: str = ".", shell: dict[str, str] | None = None, **selection: object) -> str:
    """The compose files of a folder that has files of these names, by their paths below it."""
    write(root, dict.fromkeys(names.split(), b""))
    (root / below).mkdir(exist_ok=True)
    found = compose_files(Selection(**selection), root / below, shell or {})  # type: ignore[arg-type]
    return " ".join(str(path.relative_to(root)) for path in found)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("docker-compose.yml", "docker-compose.yml"),
        ("docker-compose.yml compose.yml compose.yaml", "compose.yaml"),
        ("compose.yml compose.override.yml", "compose.yml compose.override.yml"),
        ("compose.yml docker-compose.override.yml", "compose.yml docker-compose.override.yml"),
        ("compose.yml compose.override.yml compose.override.yaml", "compose.yml compose.override.yml"),
        ("compose.yml compose.prod.yml", "compose.yml"),
    ],
)
def test_the_first_of_the_default_names_is_taken_and_one_override(tmp_path: Path, names: str, found: str) -> None:
    assert files(tmp_path, names) == found


def test_a_stack_has_no_override_no_env_file_and_no_variable(tmp_path: Path) -> None:
    names, shell = "compose.yml compose.override.yml other.yml .env", {"COMPOSE_FILE": "other.yml"}
    assert files(tmp_path, names, shell=shell, swarm=True) == "compose.yml"
    found = find_project(Selection(swarm=True), tmp_path, shell)
    assert found.dotenv == ()
    assert found.selection.files == (str(tmp_path / "compose.yml"),), "docker stack looks for none by itself"


def test_the_nearest_folder_above_is_taken(tmp_path: Path) -> None:
    assert files(tmp_path, "compose.yml", "sub") == "compose.yml"
    assert project_directory(Selection(), tmp_path / "sub", {}) == tmp_path


def test_named_files_have_no_override_and_the_first_one_s_folder_is_the_project(tmp_path: Path) -> None:
    names = "app/compose.yml app/compose.override.yml b.yml"
    assert files(tmp_path, names, files=("app/compose.yml", "b.yml")) == "app/compose.yml b.yml"
    assert project_directory(Selection(files=("app/compose.yml", "b.yml")), tmp_path, {}) == tmp_path / "app"
    chosen = Selection(files=("app/compose.yml",), project_directory=".")
    assert project_directory(chosen, tmp_path, {}) == tmp_path


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("COMPOSE_FILE=a.yml:b.yml", "a.yml b.yml"),
        ("COMPOSE_FILE=a.yml,b.yml\nCOMPOSE_PATH_SEPARATOR=,", "a.yml b.yml"),
        ("COMPOSE_FILE=", "compose.yml"),
        ("A=b", "compose.yml"),
    ],
)
def test_a_variable_names_files_in_the_shell_and_in_dot_env(tmp_path: Path, said: str, found: str) -> None:
    shell = dict(line.split("=", 1) for line in said.splitlines())
    assert files(tmp_path, "compose.yml a.yml b.yml", shell=shell) == found
    write(tmp_path, {".env": said})
    assert files(tmp_path, "compose.yml a.yml b.yml") == found
    assert files(tmp_path, "c.yml", shell={"COMPOSE_FILE": "c.yml"}) == "c.yml"  # the shell wins
    assert files(tmp_path, "c.yml", files=("c.yml",)) == "c.yml"  # so does the option


@pytest.mark.parametrize(
    ("selection", "shell", "dotenv"),
    [
        (Selection(), {}, [("sub/.env",)]),
        (Selection(env_files=("a.env", "b.env")), {}, [("a.env", "b.env")]),
        (Selection(), {"COMPOSE_ENV_FILES": "a.env,b.env"}, [("a.env", "b.env")]),
        (Selection(env_files=("/dev/null",)), {}, [("/dev/null",)]),
        (Selection(env_files=("gone.env",)), {}, []),
        (Selection(project_directory="."), {}, [(".env",)]),
    ],
)
def test_interpolation_reads_the_env_files_that_compose_reads(
    tmp_path: Path, selection: Selection, shell: dict[str, str], dotenv: list[tuple[str, ...]]
) -> None:
    write(tmp_path, dict.fromkeys(("sub/compose.yml", "sub/.env", "a.env", "b.env", ".env"), ""))
    chosen = Selection(
        files=("sub/compose.yml",), env_files=selection.env_files, project_directory=selection.project_directory
    )
    found = find_project(chosen, tmp_path, shell)
    assert found.dotenv == tuple(tuple(str(tmp_path / name) for name in group) for group in dotenv)


def test_in_a_folder_below_its_own_dot_env_comes_before_the_project_s(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yml": "", ".env": "", "sub/.env": ""})
    found = find_project(Selection(), tmp_path / "sub", {})
    assert found.dotenv == ((f"{tmp_path}/sub/.env",), (f"{tmp_path}/.env",))


def test_bytes_that_are_given_stand_for_those_of_the_disk(tmp_path: Path) -> None:
    path = str(write(tmp_path, {"compose.yml": "new"}) / "compose.yml")
    assert find_project(Selection(), tmp_path, {}, {path: b"old"}).originals == {path: b"old"}


@pytest.mark.parametrize(
    ("selection", "shell", "code"),
    [
        (Selection(), {}, "no-compose-file"),
        (Selection(files=("gone.yml",)), {}, "no-compose-file"),
        (Selection(files=("-",)), {}, "stdin"),
        (Selection(files=("oci://a/b",)), {}, "remote-file"),
        (Selection(), {"COMPOSE_FILE": "https://github.com/a/b.git"}, "remote-file"),
        (Selection(project_directory="empty"), {}, "no-compose-file"),
    ],
)
def test_what_is_not_there_or_cannot_be_edited_is_refused(
    tmp_path: Path, selection: Selection, shell: dict[str, str], code: str
) -> None:
    with pytest.raises(DevpoolError) as caught:
        find_project(selection, tmp_path, shell)
    assert (caught.value.code, bool(caught.value.hint)) == (code, True)
