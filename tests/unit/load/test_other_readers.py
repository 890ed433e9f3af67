"""Other compose files that read a project's files: found by what they say, left out where they get the pooler too."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.load import other_readers
from devpool.load.other_readers import Found, find_readers
from devpool.text.document import parse

MAIN = """\
x-env: &env
  DATABASE_URL: postgres://db/app
services:
  web:
    image: shop
    environment: *env
  db:
    image: postgres:17
"""


def find(root: Path, others: dict[str, str]) -> Found:
    (root / ".git").mkdir(parents=True)
    mine = root / "app" / "compose.yml"
    for name, text in {"app/compose.yml": MAIN, "app/.env": "A=1\n", "common.env": "B=2\n", **others}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    documents = {str(mine): parse(str(mine), mine.read_bytes(), str(mine.parent))}
    env_files = [str(root / "app" / ".env"), str(root / "common.env")]
    return find_readers(str(mine.parent), documents, env_files, ["web", "db"])


def reached(root: Path, found: Found, path: str, position: int = 0, name: str = "A") -> bool:
    home = {str(root / "app" / "compose.yml")}
    return any(reader.reads(str(root / path), position, name, home) for reader in found.readers)


@pytest.mark.parametrize(
    ("other", "text", "reads"),
    [
        ("other/compose.yml", "services: {a: {image: a, env_file: ../common.env}}", True),
        ("other/stack.yaml", "services: {a: {image: a, env_file: ['../common.env']}}", True),
        ("other/c.yml", "services: {a: {build: ., env_file: [{path: ./../common.env, required: false}]}}", True),
        ("other/c.yml", "services: {a: {image: a, env_file: '${UP}/common.env'}}", True),
        ("other/c.yml", "services: {a: {image: a, env_file: ['${NAME:?say which}', ../common.env]}}", True),
        ("other/c.yml", "services: {a: {image: a, env_file: '${UP?}/common.env'}}", True),
        ("c.yml", "services: {a: {image: a, env_file: common.env}}", True),
        ("c.yml", "services: {web: {env_file: common.env}}", False),
        ("c.yml", "services: {a: {image: a, depends_on: [db], env_file: common.env}}", False),
        ("c.yml", "include: [app/compose.yml]\nservices: {a: {image: a, env_file: common.env}}", False),
        ("other/c.yml", "services: {a: {image: a, env_file: common.env}}", False),
        ("other/c.yml", "services: {a: {image: a, env_file: ../common.env.example}}", False),
        ("other/values.yml", "jobs: {a: {env_file: ../common.env}}", False),
        ("node_modules/x/c.yml", "services: {a: {image: a, env_file: ../../common.env}}", False),
        ("other/c.yml", "services: {a: {image: a, env_file: ../common.env}", False),
    ],
)
def test_who_loads_an_env_file_reads_it(tmp_path: Path, other: str, text: str, reads: bool) -> None:
    assert reached(tmp_path, find(tmp_path, {other: text}), "common.env") is reads


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("services: {a: {image: 'a:${A}'}}", True),
        ("services:\n  a:\n    image: a\n    environment:\n      - A\n", True),
        ("services:\n  a:\n    image: a\n    environment:\n      A:\n", True),
        ("services: {a: {image: 'a:${B}'}}", False),
        ("services: {a: {image: a, environment: {A: '2'}}}", False),
    ],
)
def test_who_stands_beside_a_dotenv_reads_what_it_names_of_it(tmp_path: Path, text: str, reads: bool) -> None:
    assert reached(tmp_path, find(tmp_path, {"app/ci.yml": text}), "app/.env") is reads


def test_who_extends_a_service_reads_its_text_and_what_it_names(tmp_path: Path) -> None:
    text = "services: {web: {extends: {file: ../app/compose.yml, service: web}}}"
    found = find(tmp_path, {"other/c.yml": text})
    places = {word: MAIN.index(word) for word in ("postgres://", "image: shop", "image: postgres")}
    assert {word: reached(tmp_path, found, "app/compose.yml", at) for word, at in places.items()} == {
        "postgres://": True,
        "image: shop": True,
        "image: postgres": False,
    }


@pytest.mark.parametrize(
    ("text", "dotenv", "reads"),
    [
        ("include: ['${ROOT:-..}/app/compose.yml']\n", "", True),
        ("include: ['${ROOT}/app/compose.yml']\n", "ROOT=..\n", True),
        ("include: [{path: ['$ROOT/compose.yml']}]\n", "ROOT=../app\n", True),
        ("include: ['${ROOT}/app/compose.yml']\n", "ROOT=../elsewhere\n", False),
        ("include: ['${ROOT}/app/compose.yml']\n", "", True),
        ("include: ['${ROOT}/other/compose.yml']\n", "", False),
        ("include: ['${ROOT:?where}/app/compose.yml']\n", "ROOT=..\n", True),
        ("include: ['$${ROOT:-..}/app/compose.yml']\n", "", False),
        ('include: ["\\0", "../app/compose.yml"]\n', "", True),
        ("services: {web: {extends: {file: '${ROOT:-..}/app/compose.yml', service: web}}}", "", True),
        ("services: {web: {extends: {file: '${ROOT}/app/compose.yml', service: web}}}", "ROOT=..\n", True),
        ("services: {web: {extends: {file: '${ROOT}/app/compose.yml', service: web}}}", "", True),
        ("services: {web: {extends: {file: '${ROOT}/app/compose.yml', service: db}}}", "", False),
    ],
)
def test_variables_in_the_name_of_a_file_are_filled_in(tmp_path: Path, text: str, dotenv: str, reads: bool) -> None:
    found = find(tmp_path, {"other/c.yml": text, "other/.env": dotenv})
    mine, position = str(tmp_path / "app/compose.yml"), MAIN.index("postgres://")
    assert any(r.reads(mine, position, "A", set()) for r in found.readers) is reads


def test_a_link_in_another_folder_reads_all_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "compose.yml").symlink_to("../app/compose.yml")
    assert reached(tmp_path, find(tmp_path, {}), "app/compose.yml", -1)


def test_a_folder_that_has_two_names_does_not_read_itself(tmp_path: Path) -> None:
    found = find(tmp_path, {})
    (tmp_path / "link").symlink_to("app")
    mine = tmp_path / "link" / "compose.yml"
    document = parse(str(mine), mine.read_bytes(), str(mine.parent))
    assert find_readers(str(mine.parent), {str(mine): document}, [], ["web", "db"]) == found == Found()


def test_a_search_that_was_cut_off_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_readers, "_MOST_FILES", 2)
    found = find(tmp_path, {f"{n}.yml": "services: {a: {image: a, env_file: common.env}}" for n in range(3)})
    assert (found.cut_off, len(found.readers)) == (True, 2)


@pytest.mark.parametrize("limit", ["_MOST_READ", "_MOST_PARSED", "_MOST_FOLDERS"])
def test_a_repository_with_more_than_is_searched_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(other_readers, limit, 1)
    assert find(tmp_path, {"other/c.yml": "services: {a: {image: a, env_file: ../common.env}}"}).cut_off


def test_nothing_outside_of_the_root_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text("include: [root/app/compose.yml]")
    (tmp_path / "root" / "other").mkdir(parents=True)
    (tmp_path / "root" / "other" / "link.yml").symlink_to(outside)
    found = find(tmp_path / "root", {"other/c.yml": "# compose.yml\ninclude: [../../outside.yml]"})
    assert found == Found()


def test_what_the_projects_own_link_leads_to_is_no_other_reader(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "compose.yml").write_text(MAIN)
    (tmp_path / "app" / "compose.yml").symlink_to("../shared/compose.yml")
    assert find(tmp_path, {}) == Found()


def test_another_link_to_the_same_file_is_one(tmp_path: Path) -> None:
    for name in ("app", "shared", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "shared" / "compose.yml").write_text(MAIN)
    for name in ("app", "other"):
        (tmp_path / name / "compose.yml").symlink_to("../shared/compose.yml")
    assert reached(tmp_path, find(tmp_path, {}), "app/compose.yml", -1)


def test_a_reader_of_which_only_the_beginning_is_read_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    long = f"services: {{a: {{image: a, env_file: ../common.env}}}}\nx-a: '{'x' * 600_000}'\n"
    assert find(tmp_path, {"other/c.yml": long}).cut_off
    assert not find(tmp_path / "b", {"other/c.yml": f"x-a: '{'x' * 600_000}'\n"}).cut_off
