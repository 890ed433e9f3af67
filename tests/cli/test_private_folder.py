"""Copies of files that hold passwords: nobody else's to read, and gone with the next devpool where one is killed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2-Geheim"
COMPOSE = (
    f"services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: {SECRET}\n"
    f"  web:\n    image: app\n    environment:\n      DATABASE_URL: postgres://postgres:{SECRET}@db:5432/x\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "compose.yml").write_text(COMPOSE)
    (tmp_path / "tmp").mkdir()
    return folder


@pytest.fixture
def shell(tmp_path: Path, plain_shell: dict[str, str]) -> dict[str, str]:
    """A docker that never answers, and a folder of the test's own for temporary files."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho >>{tmp_path}/asked\nexec sleep 60\n")
    program.chmod(0o755)
    own = {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp"), "PATH": f"{program.parent}:{plain_shell['PATH']}"}
    return {k: v for k, v in plain_shell.items() if k != "XDG_RUNTIME_DIR"} | own


def devpool(folder: Path, shell: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "devpool", *words]
    return subprocess.run(
        command, cwd=folder, env=shell, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def kill_while_compose_reads(folder: Path, shell: dict[str, str]) -> None:
    """`devpool enable`, ended with SIGKILL while copies of the project's files lie in its folder."""
    asked = folder.parent / "asked"
    child = subprocess.Popen(
        [sys.executable, "-m", "devpool", "enable", "--no-up"],
        cwd=folder,
        env=shell,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 50
    while not (asked.exists() and len(asked.read_text()) == 2) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()


def holding_secret(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and not p.is_symlink() and SECRET in p.read_text()]


def test_what_a_killed_devpool_leaves_is_private_and_gone_with_the_next_one(
    project: Path, shell: dict[str, str], tmp_path: Path
) -> None:
    kill_while_compose_reads(project, shell)
    left = holding_secret(tmp_path / "tmp")
    assert left, "the copy was there when it was killed"
    assert stat.S_IMODE((tmp_path / "tmp" / f"devpool-{os.geteuid()}").stat().st_mode) == 0o700
    assert devpool(project, shell, "explain").returncode == 0
    assert list((tmp_path / "tmp").iterdir()) == []
    assert (project / "compose.yml").read_text() == COMPOSE, "the links of the mirror lead here"


def test_the_runtime_folder_of_the_user_is_taken_where_there_is_one(
    project: Path, shell: dict[str, str], tmp_path: Path
) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(0o700)
    shell |= {"XDG_RUNTIME_DIR": str(runtime)}
    kill_while_compose_reads(project, shell)
    assert holding_secret(runtime)
    assert list((tmp_path / "tmp").iterdir()) == []
    devpool(project, shell, "explain")
    assert list(runtime.iterdir()) == []


def test_the_folder_of_a_devpool_that_lives_stays(project: Path, shell: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "devpool", "enable", "--no-up"]
    with subprocess.Popen(command, cwd=project, env=shell, stderr=subprocess.PIPE) as child:
        deadline = time.monotonic() + 50
        while not (tmp_path / "asked").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        devpool(project, shell, "explain")
        assert holding_secret(tmp_path / "tmp")
        child.send_signal(signal.SIGINT)
        child.wait(50)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "open", "file"])
def test_a_place_that_was_made_by_somebody_else_is_neither_used_nor_touched(
    kind: str, project: Path, shell: dict[str, str], tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    (victim / "copy-mine").mkdir(parents=True, mode=0o700)
    (victim / "copy-mine" / "text").write_text("mine")
    place = tmp_path / "tmp" / f"devpool-{os.geteuid()}"
    if kind == "link":
        place.symlink_to(victim)
    elif kind == "open":
        (place / "copy-mine").mkdir(parents=True, mode=0o700)
        place.chmod(0o777)
    else:
        place.write_text("mine")
    kill_while_compose_reads(project, shell)
    devpool(project, shell, "explain")
    assert (victim / "copy-mine" / "text").read_text() == "mine"
    assert holding_secret(place) == []
    assert place.is_symlink() == (kind == "link")
    assert place.is_file() or (place / "copy-mine").is_dir()


def test_links_in_the_place_are_not_followed(project: Path, shell: dict[str, str], tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir(0o700)
    (victim / "text").write_text("mine")
    place = tmp_path / "tmp" / f"devpool-{os.geteuid()}"
    place.mkdir(0o700)
    (place / "copy-link").symlink_to(victim)
    (place / "copy-left").mkdir(0o700)
    (place / "copy-left" / "link").symlink_to(victim)
    assert devpool(project, shell, "explain").returncode == 0
    assert (victim / "text").read_text() == "mine"
    assert [p.name for p in place.iterdir()] == ["copy-link"]
