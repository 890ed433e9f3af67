"""The names below `.devpool/`: each in its own place, and what is for this machine alone is never committed."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath

import pytest

from devpool.decide.options import Options
from devpool.devpool_folder import BUILD_CONTEXT, DIGESTS, EXPORTER_CONTEXT, FOLDER, FOLDERS, JOURNAL, SET_ASIDE, STATE
from devpool.lifecycle.generated_files import generated_files
from devpool.undo.state import State


def ignored() -> list[str]:
    files = generated_files("/p", State(options=Options(), edits=(), poolers=(), routes=()), {}, {})
    lines = files[f"/p/{FOLDER}/.gitignore"].decode().splitlines()
    return [line.rstrip("/") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(
    ("path", "is_ignored"),
    [
        (STATE, False),
        (BUILD_CONTEXT, False),
        (EXPORTER_CONTEXT, False),
        (DIGESTS, True),
        (JOURNAL, True),
        (f"{FOLDER}/lock", True),
        (f"{FOLDER}/env", True),
        (f"{FOLDER}/{SET_ASIDE}", True),
        (f"{FOLDER}/{SET_ASIDE}-2", True),
    ],
)
def test_git_ignores_what_is_for_this_machine_alone(path: str, is_ignored: bool) -> None:
    assert any(fnmatch(PurePosixPath(path).name, pattern) for pattern in ignored()) is is_ignored


def test_every_name_is_directly_below_the_one_folder_and_no_two_are_the_same() -> None:
    names = [STATE, DIGESTS, JOURNAL, *(f"{FOLDER}/{name}" for name in (*FOLDERS, SET_ASIDE))]
    assert {PurePosixPath(name).parent for name in names} == {PurePosixPath(FOLDER)}
    assert len(set(names)) == len(names)


def test_the_folders_that_devpool_creates_hold_the_build_contexts() -> None:
    assert {BUILD_CONTEXT, EXPORTER_CONTEXT} <= {f"{FOLDER}/{name}" for name in FOLDERS}
