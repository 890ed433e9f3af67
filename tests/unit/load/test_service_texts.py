"""The texts that a service takes in."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from disk_project import write

from devpool.load.service_texts import ServiceText, folders_of, texts_of
from devpool.model.services import find_services
from devpool.text.document import parse


def texts(
    root: Path,
    lines: str,
    files: dict[str, str | bytes],
    apart: Collection[str] = (),
    looks: int = 1000,
    rest: str = "",
) -> list[ServiceText]:
    """The texts with the word `db` that `web` takes in."""
    write(root, files)
    file = str(root / "compose.yml")
    document = parse(file, f"services:\n  web:\n{lines}{rest}".encode(), str(root))
    service = find_services([document], {file: document}, {})["web"]
    skipped = [str(root / name) for name in apart]
    return list(texts_of(service, [document], root, folders_of(service, root), skipped, ["db"], iter(range(looks))))


def names(root: Path, found: list[ServiceText]) -> list[str]:
    return [str(Path(each.path).relative_to(root)) for each in found]


CONFIG = "host: db\n"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("    volumes: ['./app.yml:/app.yml:ro']\n", ["app.yml"]),
        ("    volumes: [{type: bind, source: ./app.yml, target: /app.yml}]\n", ["app.yml"]),
        ("    volumes: ['./conf:/conf']\n", ["conf/app.yml"]),
        ("    build: conf\n", ["conf/app.yml"]),
        ("    build: gone\n", []),
        ("    configs: [app]\n", ["app.yml"]),
        ("    secrets: [{source: app}]\n", ["app.yml"]),
        ("    configs: [other]\n", []),
        ("    image: app\n", []),
    ],
)
def test_it_takes_in_what_it_mounts_is_built_from_and_is_given(tmp_path: Path, lines: str, found: list[str]) -> None:
    files: dict[str, str | bytes] = {"app.yml": CONFIG, "conf/app.yml": CONFIG, "conf/Dockerfile": "FROM a\n"}
    rest = "configs: {app: {file: ./app.yml}}\nsecrets: {app: {file: app.yml}}\n"
    assert names(tmp_path, texts(tmp_path, lines, files, rest=rest)) == found


@pytest.mark.parametrize(
    ("content", "line"), [("|\n      a: b\n      host: db\n", 9), ("'host: db'\n", 7), ("host=db\n", 7)]
)
def test_a_config_that_stands_in_the_compose_file_has_its_lines_there(tmp_path: Path, content: str, line: int) -> None:
    text = f"configs:\n  app:\n    content: {content}"
    lines = "    image: app\n    configs: [app]\n"
    (found,) = texts(tmp_path, lines, {}, rest=text)
    number = next(n for n, each in enumerate(found.text.splitlines(), 1) if "db" in each)
    assert (found.within, found.above + number) == (f"{tmp_path}/compose.yml", line)


def test_what_the_build_leaves_out_tells_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Dockerfile": "FROM a\n", "app.yml": CONFIG, ".dockerignore": "app.yml\n"}
    assert texts(tmp_path, "    build: .\n", files) == []
    assert names(tmp_path, texts(tmp_path, "    volumes: ['.:/srv']\n", files)) == ["app.yml"]


def test_the_folder_of_another_service_is_left_out(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Dockerfile": "FROM a\n", "app.yml": CONFIG, "job/app.yml": CONFIG}
    assert names(tmp_path, texts(tmp_path, "    build: .\n", files, ["job"])) == ["app.yml"]


def test_what_is_large_binary_or_elsewhere_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path, {"secret.yml": CONFIG})
    files: dict[str, str | bytes] = {"large.yml": CONFIG + " " * 100_000, "binary.yml": b"db\0", "other.yml": "x"}
    write(root, files)
    (root / "link.yml").symlink_to("../secret.yml")
    assert texts(root, "    volumes: ['.:/srv', '../secret.yml:/s']\n", files) == []


def test_the_search_ends_where_all_services_together_have_looked_enough(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"conf/{n}.yml": CONFIG for n in range(9)}
    lines = "    volumes: ['./conf:/conf']\n"
    assert len(texts(tmp_path, lines, files)) == 9
    assert len(texts(tmp_path, lines, files, looks=5)) < 5


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    lines = "    volumes: ['./app.yml:/app.yml']\n"
    assert [t.text for t in texts(tmp_path, lines, {"app.yml": CONFIG})] == [CONFIG]
    (tmp_path / "app.yml").unlink()
    assert texts(tmp_path, lines, {"other.yml": CONFIG}) == []
