"""What cannot be read, and names that are no text: one clear refusal, or it works; never a bug."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, write

from devpool.cli import run
from devpool.errors import DevpoolError
from devpool.lifecycle.read_state import ours_on_disk
from devpool.output import Output

VERBS = [
    ("enable", "--dry-run", "--no-verify"),
    ("enable", "--diff", "--no-verify"),
    ("explain",),
    ("status",),
    ("disable", "--dry-run"),
    ("check",),
    ("migrate",),
    ("size",),
]
NO_BUG = {0, 1, 4}


@pytest.fixture
def folder(tmp_path: Path, plain_shell: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose path is no UTF-8, and a shell without docker."""
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path / "nosuch"))
    project = tmp_path / os.fsdecode(b"caf\xe9")
    project.mkdir()
    monkeypatch.chdir(project)
    return write(project, compose_yml=COMPOSE)


def app(more: str) -> Callable[[Path], object]:
    """A further line of the app."""
    return lambda folder: write(folder, compose_yml=COMPOSE + f"    {more}\n")


def head(line: str) -> Callable[[Path], object]:
    return lambda folder: write(folder, compose_yml=f"{line}\n{COMPOSE}")


def link(name: str, target: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(target)

    return make


def pipe(name: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        os.mkfifo(folder / name)

    return make


TREES = {
    "plain": lambda folder: None,
    "nul-in-env-file": app('env_file: "a\\0b"'),
    "nul-in-include": head('include: ["a\\0b"]'),
    "nul-in-extends": app('extends: {file: "a\\0b", service: a}'),
    "nul-in-build": app('build: {context: "a\\0b", dockerfile: "c\\0d"}'),
    "nul-in-volume": app('volumes: ["./a\\0b:/x"]'),
    "long-env-file": app(f"env_file: {'a' * 300}"),
    "long-include": head(f"include: [{'a/' * 3000}]"),
    "long-build": app(f"build: {'a' * 300}"),
    "half-a-character": app('labels: {"\\ud800": "\\ud800"}'),
    "endless-number": app(f"scale: {'9' * 5000}"),
    "no-number": app("scale: '²'"),
    "loop-env": link(".env", ".env"),
    "loop-compose": link("compose.yml", "compose.yml"),
    "loop-home": link(".devpool", ".devpool"),
    "home-is-a-file": lambda folder: (folder / ".devpool").write_text(""),
    "pipe-env": pipe(".env"),
    "pipe-state": pipe(".devpool/state.json"),
    "pipe-below-home": pipe(".devpool/mine"),
    "zero-below-home": link(".devpool/mine", "/dev/zero"),
    "odd-name-below-home": lambda folder: write(folder, **{os.fsdecode(b".devpool__x\xff"): "a"}),
}


@pytest.mark.parametrize("name", TREES)
def test_no_tree_is_a_bug(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    TREES[name](folder)
    for verb in VERBS:
        for as_json in (False, True):
            code = run([*verb, *(["--json"] if as_json else [])], Output(as_json=as_json))
            said, errors = capsys.readouterr()
            assert code in NO_BUG, (verb, errors)
            if as_json and said:
                json.loads(said)


def test_a_project_whose_path_is_no_text_is_enabled_and_goes_back(folder: Path) -> None:
    other = os.fsdecode(b"caf\xe9.yml")
    (folder / "compose.yml").rename(folder / other)
    assert run(["-f", other, "enable", "--no-verify", "--no-up"], Output()) == 0
    assert "@pgbouncer:6432" in (folder / other).read_text()
    assert run(["-f", other, "disable", "--no-up"], Output()) == 0
    assert (folder / other).read_text() == COMPOSE


def test_a_folder_of_devpools_that_cannot_be_listed_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold a password, which disable would leave."""
    (folder / ".devpool/env").mkdir(parents=True)
    scanned = os.scandir

    def closed(fd: int) -> Iterator[os.DirEntry[str]]:
        if os.readlink(f"/proc/self/fd/{fd}").endswith("/env"):
            raise PermissionError(13, "Permission denied")
        return scanned(fd)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(DevpoolError) as refused:
        ours_on_disk(folder)
    assert refused.value.code == "cannot-read"
