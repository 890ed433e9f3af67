"""The override file that `enable --override` edits."""

from __future__ import annotations

from pathlib import Path

import pytest
from disk_project import read, write

from devpool.edit.override_file import HEADER
from devpool.errors import DevpoolError
from devpool.load.override_file import with_override
from devpool.text.document import Document

WEB = "services:\n  web:\n    image: app\n"
MINE = "services:\n  web:\n    image: dev\n"


def override(
    folder: Path, written: dict[str, str], without: dict[str, str] | None = None, **selection: object
) -> Document:
    read_files = read(write(folder, written), **selection)
    known = {f"{folder}/{name}": text.encode() for name, text in (without or {}).items()}
    found = with_override(read_files, known)
    assert found.override is not None
    assert found.loaded[found.override.path] is found.override
    return found.override


@pytest.mark.parametrize(
    ("main", "name"),
    [
        ("compose.yml", "compose.override.yml"),
        ("compose.yaml", "compose.override.yaml"),
        ("docker-compose.yml", "docker-compose.override.yml"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_new_one_stands_beside_the_compose_file_with_its_line_ends(
    tmp_path: Path, main: str, name: str, newline: str
) -> None:
    found = override(tmp_path, {main: WEB.replace("\n", newline)})
    assert (found.path, found.text) == (f"{tmp_path}/{name}", f"{HEADER}{newline}services:{newline}")
    assert not (tmp_path / name).exists()


def test_the_user_s_own_one_is_edited_as_it_is(tmp_path: Path) -> None:
    found = override(tmp_path, {"compose.yml": WEB, "docker-compose.override.yml": MINE})
    assert (found.path, found.text) == (f"{tmp_path}/docker-compose.override.yml", MINE)


@pytest.mark.parametrize(
    ("left", "text"),
    [
        ("", f"{HEADER}\nservices:\n"),  # devpool made it, and the user has added nothing
        (f"{HEADER}\nservices:\n  mail:\n    image: mail\n", f"{HEADER}\nservices:\n  mail:\n    image: mail\n"),
    ],
)
def test_one_that_an_earlier_enable_has_made_is_written_anew_around_what_the_user_added(
    tmp_path: Path, left: str, text: str
) -> None:
    files = {"compose.yml": WEB, "compose.override.yml": f"{HEADER}\nservices:\n  web:\n    links: [pgbouncer]\n"}
    assert override(tmp_path, files, {"compose.override.yml": left}).text == text


@pytest.mark.parametrize(
    ("files", "selection", "code"),
    [
        ({"compose.yml": WEB}, {"files": ("compose.yml",)}, "override-not-loaded"),
        ({"compose.yml": WEB, ".env": "COMPOSE_FILE=compose.yml\n"}, {}, "override-not-loaded"),
        ({"compose.yml": WEB, "compose.override.yml": "# mine\n"}, {}, "override-without-services"),
        ({"compose.yml": WEB, "compose.override.yml": "volumes: {}\n"}, {}, "override-without-services"),
        ({"compose.yml": WEB, "compose.override.yml": "services: {}\n"}, {}, "override-without-services"),
    ],
)
def test_one_that_compose_would_not_load_or_has_no_services_is_refused(
    tmp_path: Path, files: dict[str, str], selection: dict[str, object], code: str
) -> None:
    with pytest.raises(DevpoolError) as caught:
        override(tmp_path, files, **selection)
    assert (caught.value.code, "--no-override" in caught.value.hint) == (code, True)
