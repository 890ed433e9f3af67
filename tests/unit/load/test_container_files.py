"""What a service is built from and mounts, and the scripts that it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from disk_project import write

from devpool.load.container_files import beginning_of, contexts, files_in, folders, mounts, start_of
from devpool.model.container_start import Start, migrating
from devpool.model.services import Service, find_services
from devpool.text.document import parse


def service(folder: Path, lines: str) -> Service:
    file = str(folder / "compose.yml")
    document = parse(file, f"services:\n  web:\n{lines}".encode(), str(folder))
    return find_services([document], {file: document}, {})["web"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("    build: .\n", ["/p"]),
        ("    build: ${DIR:-app}\n", ["/p/app"]),
        ("    build: {context: ../app, target: x}\n", ["/app"]),
        ("    build: {dockerfile_inline: FROM a}\n", []),
        ("    image: app\n", []),
    ],
)
def test_a_build_context_is_named_in_both_forms(lines: str, expected: list[str]) -> None:
    assert list(contexts(service(Path("/p"), lines))) == expected


@pytest.mark.parametrize(
    ("volumes", "expected"),
    [
        ("['.:/srv', './a:/a:ro']", ["/p", "/p/a"]),
        ("['/etc/a:/a']", ["/etc/a"]),
        ("[{type: bind, source: ./a, target: /a}]", ["/p/a"]),
        ("['data:/data', {type: volume, source: data, target: /d}, /anonymous:/x]", ["/anonymous"]),
    ],
)
def test_a_mounted_folder_is_told_from_a_volume(volumes: str, expected: list[str]) -> None:
    assert list(mounts(service(Path("/p"), f"    volumes: {volumes}\n"))) == expected


def test_no_folder_outside_of_the_root_is_looked_into(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"app/a": "", "file": ""})
    write(tmp_path, {"other/a": ""})
    (root / "link").symlink_to("../other")
    lines = "    build: app\n    volumes: [./app:/a, ./file:/f, ../other:/o, ./link:/l, ./gone:/g]\n"
    assert folders(service(root, lines), root) == [str(root / "app")]


def test_a_file_is_read_up_to_a_limit_and_only_below_the_root(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"a": "x" * 200_000, "b": b"\xff"})
    write(tmp_path, {"secret": "hunter2"})
    (root / "link").symlink_to("../secret")
    assert len(beginning_of(root / "a", root) or "") == 100_000
    assert beginning_of(root / "b", root) == "\ufffd"
    assert [beginning_of(root / name, root) for name in ("link", "none", "a\0b", ".")] == [None] * 4


def test_the_files_of_a_migration_tool_are_found_by_their_names(tmp_path: Path) -> None:
    write(tmp_path, {"manage.py": "django", "alembic.ini": "[alembic]", "README.md": "x"})
    assert {"manage.py", "alembic.ini"} <= files_in(str(tmp_path), tmp_path).keys()
    assert "README.md" not in files_in(str(tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("{context: ., dockerfile: dev.Dockerfile}", "dev"),
        ("{context: ., target: one}", "one"),
        ("{dockerfile_inline: 'CMD inline'}", "inline"),
        ("{context: .}", "two"),
        ("{context: ./gone}", ""),
    ],
)
def test_the_words_are_those_of_the_dockerfile_and_the_stage_that_is_built(
    tmp_path: Path, build: str, words: str
) -> None:
    write(tmp_path, {"Dockerfile": "FROM a AS one\nCMD one\nFROM a\nCMD two\n", "dev.Dockerfile": "FROM a\nCMD dev\n"})
    found = start_of(service(tmp_path, f"    build: {build}\n"), tmp_path)
    assert [words in each.text for each in found.command] == ([True] if words else [])


def test_an_entrypoint_of_compose_takes_the_image_s_command_away(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a\nENTRYPOINT old\nCMD alembic upgrade head\n"})
    found = start_of(service(tmp_path, "    build: .\n    entrypoint: new\n"), tmp_path)
    assert ([e.text for e in found.entrypoint], found.command) == (["new"], ())


def starts(folder: Path, lines: str, **files: str) -> Start:
    """What a service starts whose text is given, beside these files."""
    write(folder, {name.replace("__", "/").replace("_", "."): text for name, text in files.items()})
    return start_of(service(folder, lines), folder)


def where(found: Start) -> dict[str, str]:
    return {m.where: m.text for m in migrating(found)}


def test_an_entrypoint_script_of_the_build_is_followed(tmp_path: Path) -> None:
    docker = 'FROM a\nCOPY . /srv\nENTRYPOINT ["/srv/docker/entry.sh"]\n'
    script = '#!/bin/sh\n# alembic upgrade head\nalembic upgrade head\nexec "$@"\n'
    found = starts(tmp_path, "    build: .\n", Dockerfile=docker, docker__entry_sh=script)
    assert where(found) == {"docker/entry.sh": "alembic upgrade head"}
    assert not found.dead_end


def test_a_script_of_another_dockerfile_and_of_a_mount_is_followed(tmp_path: Path) -> None:
    script = "#!/bin/sh\npython manage.py migrate\ngunicorn app\n"
    service = "    image: a\n    entrypoint: /scripts/run.sh\n    volumes: ['./scripts:/scripts']\n"
    found = starts(tmp_path, service, scripts__run_sh=script)
    assert where(found) == {"run.sh": "python manage.py migrate"}


def test_a_script_of_package_json_is_followed(tmp_path: Path) -> None:
    package = '{"scripts": {"prestart": "prisma migrate deploy", "start": "node ."}}'
    found = starts(tmp_path, "    build: .\n    command: npm run start\n", package_json=package)
    assert where(found) == {"the script prestart in package.json": "prisma migrate deploy"}


def test_a_folder_or_a_program_in_place_of_a_script_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    found = starts(tmp_path, "    build: .\n    command: bin serve\n", serve="\x7fELF alembic upgrade head")
    assert where(found) == {}


def test_a_command_of_compose_hides_the_images(tmp_path: Path) -> None:
    docker = "FROM a\nCMD alembic upgrade head && uvicorn app\n"
    assert where(starts(tmp_path, "    build: .\n", Dockerfile=docker)) != {}
    assert where(starts(tmp_path, "    build: .\n    command: uvicorn app\n", Dockerfile=docker)) == {}
