"""All files of a project are read once, as Compose reads them, and what cannot be is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from disk_project import read, write

from devpool.errors import DevpoolError
from devpool.load import read_project as reader
from devpool.load.locate import find_project
from devpool.load.read_project import read_project, refuse_remote
from devpool.model.build_model import read_model
from devpool.model.sources import Selection

WEB = "services:\n  web:\n    image: app:${TAG:-none}\n"


def images(folder: Path, files: dict[str, str | bytes], **selection: object) -> dict[str, str]:
    """The image of every service of a project."""
    found = read(write(folder, files), **selection)
    return {name: service.text("image") for name, service in found.services.items()}


def refusal(folder: Path, files: dict[str, str | bytes], **selection: object) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        read(write(folder, files), **selection)
    assert caught.value.hint
    return caught.value


def test_an_included_file_is_weaker_than_the_one_that_includes_it(tmp_path: Path) -> None:
    files = {"compose.yml": f"include: [sub/a.yml]\n{WEB}", "sub/a.yml": "services:\n  job:\n    image: job\n"}
    found = read(write(tmp_path, files))
    assert [d.path for d in found.documents] == [f"{tmp_path}/sub/a.yml", f"{tmp_path}/compose.yml"]
    assert [d.directory for d in found.documents] == [f"{tmp_path}/sub", str(tmp_path)]


@pytest.mark.parametrize(
    ("include", "image"),
    [
        ("[sub/a.yml]", "sub/sub"),
        ("['${DIR}/a.yml']", "sub/sub"),
        ("[{path: sub/a.yml, project_directory: .}]", "main"),
        ("[{path: sub/a.yml, project_directory: sub, env_file: sub/.env}]", "sub/sub"),
    ],
)
def test_an_included_file_has_its_own_folder_and_its_dot_env(tmp_path: Path, include: str, image: str) -> None:
    files: dict[str, str | bytes] = {
        "compose.yml": f"include: {include}\n",
        ".env": "DIR=sub\n",
        "sub/.env": "BASE=sub\n",
        "sub/a.yml": "services:\n  web:\n    extends: {file: '${BASE:-main}.yml', service: web}\n",
    }
    for name in ("main", "sub", "sub/main", "sub/sub"):
        files[f"{name}.yml"] = f"services:\n  web:\n    image: {name}\n"
    assert images(tmp_path, files) == {"web": image}


def test_what_included_files_extend_has_the_variables_of_each(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "compose.yml": "include: [{path: a/c.yml, env_file: a/x.env}, {path: b/c.yml, env_file: b/x.env}]\n",
        "shared.yml": "services: {web: {extends: {file: '${BASE}.yml', service: web}, labels: {base: '${BASE}'}}}\n",
    }
    for name in ("a", "b"):
        files[f"{name}/c.yml"] = f"services: {{{name}: {{extends: {{file: ../shared.yml, service: web}}}}}}\n"
        files[f"{name}/x.env"] = f"BASE={name}\n"
        files[f"{name}.yml"] = f"services: {{web: {{image: {name}}}}}\n"
    assert images(tmp_path, files) == {"a": "a", "b": "b"}


# The right values are those of Docker Compose 2.40.
@pytest.mark.parametrize(
    ("included", "environment"),
    [
        ("image: x, environment: {I: '${BASE}', BASE: }", {"I": "inc", "O": "main"}),
        ("image: x, environment: ['I=${BASE}', BASE]", {"I": "inc", "O": "main", "BASE": "inc"}),
        ("extends: base, environment: {I: '${BASE}', BASE: }", {"I": "inc", "O": "main", "BASE": "inc", "E": "inc"}),
    ],
)
def test_each_fragment_of_a_service_has_the_variables_of_its_file(
    tmp_path: Path, included: str, environment: dict[str, str]
) -> None:
    files: dict[str, str | bytes] = {
        "compose.yml": "include: [{path: inc.yml, env_file: inc.env}]\n",
        "compose.override.yml": "services: {web: {environment: {O: '${BASE:-main}'}}}\n",
        "inc.yml": f"services: {{web: {{{included}}}, base: {{image: x, environment: {{E: '${{BASE}}'}}}}}}\n",
        "inc.env": "BASE=inc\n",
    }
    found = read_model(read(write(tmp_path, files))).environments["web"]
    assert {name: value.text for name, value in found.items()} == environment


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"compose.yml": "include: [compose.yml]\n"}, "include-cycle"),
        ({"compose.yml": "include: [a.yml]\n", "a.yml": "include: [compose.yml]\n"}, "include-cycle"),
        ({"compose.yml": "include: [gone.yml]\n"}, "no-compose-file"),
        ({"compose.yml": "include: ['https://github.com/a/b.git']\n"}, "remote-file"),
        ({"compose.yml": "include: ['${X:-oci}://a/b']\n"}, "remote-file"),
        (
            {"compose.yml": "services: {web: {extends: {file: 'github.com/a/b', service: web}}}\n"},
            "remote-file",
        ),
        ({"compose.yml": "services: [\n"}, "not-yaml"),
        ({"compose.yml": WEB, ".env": b"\xff\xfe"}, "not-utf8"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, files: dict[str, str | bytes], code: str) -> None:
    assert refusal(tmp_path, files).code == code


def test_includes_without_end_are_refused(tmp_path: Path) -> None:
    files = {f"{n}.yml": f"include: [{n + 1}.yml]\n" for n in range(60)}
    assert refusal(tmp_path, {**files, "compose.yml": "include: [0.yml]\n"}).code == "too-deep"


def test_a_large_env_file_is_refused_before_it_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MOST_ENV_BYTES", 10)
    error = refusal(tmp_path, {"compose.yml": WEB, ".env": "A=" + "b" * 10})
    assert (error.code, error.where) == ("too-large", f"{tmp_path}/.env")


def test_a_remote_file_that_the_user_allows_is_passed_over(tmp_path: Path) -> None:
    files = {"compose.yml": f"include: ['https://github.com/a/b.git']\n{WEB}"}
    assert images(tmp_path, files, allow_remote=True) == {"web": "app:none"}


def test_a_remote_file_is_refused_before_compose_could_fetch_it(tmp_path: Path) -> None:
    found = find_project(Selection(), write(tmp_path, {"compose.yml": "include: [oci://a/b]\n"}), {})
    with pytest.raises(DevpoolError) as caught:
        refuse_remote(found)
    assert (caught.value.code, caught.value.where) == ("remote-file", f"{tmp_path}/compose.yml:1")


@pytest.mark.parametrize("override", ["", "# nothing yet\n", "services:\n  web:\n    image: dev\n"])
def test_an_override_file_of_comments_alone_overrides_nothing(tmp_path: Path, override: str) -> None:
    found = images(tmp_path, {"compose.yml": WEB, "compose.override.yml": override})
    assert found == {"web": "dev" if override.startswith("services") else "app:none"}


def test_of_a_file_that_extends_names_only_the_service_that_is_meant_is_followed(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services:\n  web:\n    extends: {file: sub/a.yml, service: base}\n",
        "sub/a.yml": "services:\n  base: {image: a, env_file: a.env}\n  x: {extends: {file: gone.yml, service: y}}\n",
        "sub/a.env": "A=b\n",
    }
    found = read(write(tmp_path, files))
    assert found.services["web"].text("image") == "a"
    assert list(found.env_files) == [f"{tmp_path}/sub/a.env"]


def test_an_env_file_that_is_missing_is_left_out(tmp_path: Path) -> None:
    found = read(write(tmp_path, {"compose.yml": f"{WEB}    env_file: [a.env, b.env]\n", "b.env": "A=b\n"}))
    assert list(found.env_files) == [f"{tmp_path}/b.env"]


def test_the_shell_wins_over_dot_env_and_a_later_file_over_an_earlier_one(tmp_path: Path) -> None:
    files = {"compose.yml": WEB, "a.env": "TAG=a\n", "b.env": "TAG=b\n"}
    assert images(tmp_path, files, env_files=("a.env", "b.env")) == {"web": "app:b"}
    found = read(tmp_path, {"TAG": "shell"}, env_files=("a.env", "b.env"))
    assert found.services["web"].text("image") == "app:shell"


def test_files_outside_of_the_root_are_read_and_closed_unless_the_user_opens_them(tmp_path: Path) -> None:
    files = {"app/compose.yml": f"{WEB}    env_file: ../a.env\n", "a.env": "A=hunter2\n"}
    folder, outside = write(tmp_path, files) / "app", frozenset({f"{tmp_path}/a.env"})
    found, opened = read(folder), read(folder, allow_outside=True)
    assert (found.outside, found.closed, opened.outside, opened.closed) == (outside, outside, outside, frozenset())


def test_an_error_about_a_file_outside_shows_nothing_of_it(tmp_path: Path) -> None:
    files = {"app/compose.yml": "include: [../a.yml]\n", "a.yml": "hunter2: [\n"}
    write(tmp_path, files)
    with pytest.raises(DevpoolError) as caught:
        read(tmp_path / "app")
    assert (caught.value.code, caught.value.where) == ("not-yaml", f"{tmp_path}/a.yml")
    assert "hunter2" not in caught.value.message + caught.value.hint


def test_bytes_that_are_given_stand_for_those_of_the_disk(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yml": f"include: [a.yml]\n{WEB}", "a.yml": "services: {job: {image: new}}\n"})
    instead = {f"{tmp_path}/a.yml": b"services: {job: {image: old}}\n"}
    found = read_project(find_project(Selection(), tmp_path, {}, instead))
    assert found.services["job"].text("image") == "old"


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
    services = values_in(tmp_path, {**FILES, "compose.yaml": main, ".env": dotenv})
    outer = "outer" if dotenv.startswith("ADDRESS") else "none"
    assert services == {"web": said, "main": outer}


def test_what_one_include_adds_no_other_one_sees(tmp_path: Path) -> None:
    main = "include: [{path: sub/c.yml, env_file: sub/my.env}, {path: two/c.yml}]\n"
    services = values_in(tmp_path, {**FILES, "compose.yaml": main, "two/c.yml": PART.replace("web", "two")})
    assert services == {"web": "mine", "two": "none"}


def test_what_an_included_file_includes_has_the_variables_of_both(tmp_path: Path) -> None:
    main = "include: [{path: sub/d.yml, env_file: sub/my.env}]\n"
    services = values_in(tmp_path, {**FILES, "compose.yaml": main, "sub/d.yml": "include: [c.yml]\n"})
    assert services == {"web": "mine"}


def test_what_an_included_service_extends_has_its_variables(tmp_path: Path) -> None:
    main = "include: [{path: sub/d.yml, env_file: sub/my.env}]\n"
    part = "services: {web: {extends: {file: c.yml, service: web}}}\n"
    assert values_in(tmp_path, {**FILES, "compose.yaml": main, "sub/d.yml": part}) == {"web": "mine"}


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
    assert values_in(tmp_path, files).get("web") == said


def values_in(folder: Path, files: dict[str, str]) -> dict[str, str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    project = read_model(read_project(find_project(Selection(), folder, {})))
    return {n: v["ADDRESS"].text for n, v in project.environments.items() if "ADDRESS" in v}
