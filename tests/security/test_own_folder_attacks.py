"""A `.devpool/` that a clone brings along: devpool writes into real files alone, and removes its own alone."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from security.canary import COMMANDS, DISABLE, ENABLE, PASSWORD, World, tree


def link(name: str, target: str) -> Callable[[World], None]:
    """Put a link in the place of a file or folder of devpool's."""

    def attack(world: World) -> None:
        path = world.own / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(os.path.relpath(world.home / target, path.parent))

    return attack


LINKS = {
    "env": link("env", "empty"),
    "env of nowhere": link("env", "new"),
    "env file": link("env/pgbouncer-db.shop.net.env", ".bashrc"),
    "context": link("pgbouncer", "empty"),
    "file of the context": link("pgbouncer/Dockerfile", ".bashrc"),
    "gitignore": link(".gitignore", ".bashrc"),
    "state": link("state.json", ".ssh/id_rsa"),
    "digests": link("digests.json", ".ssh/id_rsa"),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:1] + words[3:]))
def test_no_link_is_followed(world: World, name: str, words: tuple[str, ...]) -> None:
    LINKS[name](world)
    with world.untouched():
        told = world.devpool(*words)
    assert PASSWORD not in told.words
    if words == ENABLE:
        assert told.code == 1
        assert "this is a link" in told.words
        assert "hint: check what it is and who created it, then remove it: rm " in told.words


def test_where_the_link_is_removed_as_the_hint_says_enable_works(world: World) -> None:
    LINKS["env"](world)
    told = world.devpool(*ENABLE)
    command = told.words.rsplit("remove it: ", 1)[1].split("\n")[0]
    assert command == f"rm {world.own}/env"
    (world.own / "env").unlink()
    assert world.devpool(*ENABLE).code == 0


@pytest.mark.parametrize("make", ["pipe", "large", "folder"])
@pytest.mark.parametrize(
    "name", ["state.json", "digests.json", "env/pgbouncer-db.shop.net.env", "pgbouncer/Dockerfile", "lock"]
)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:1] + words[3:]))
@pytest.mark.timeout(60)
def test_what_is_no_plain_file_is_not_waited_for(world: World, make: str, name: str, words: tuple[str, ...]) -> None:
    path = world.own / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if make == "pipe":
        os.mkfifo(path)
    elif make == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(2 << 30)
    with world.untouched():
        world.devpool(*words)


def large(folder: Path) -> None:
    for number in range(9):
        with (folder / f"{number}.env").open("wb") as file:
            file.truncate(2 << 20)


def deep(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("a", dir_fd=fd)
        inner = os.open("a", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    os.close(fd)


def many(folder: Path) -> None:
    for number in range(2500):
        (folder / str(number)).touch()


def very_many(folder: Path) -> None:
    for number in range(10_500):
        (folder / str(number)).touch()


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (large, "pgbouncer", "holds more than 16 MiB"),
        (large, "env", "holds more than 16 MiB"),
        (deep, "pgbouncer", "nests more than 16 folders"),
        (many, "exporter", "holds more than 2000 files"),
        (very_many, "env", "holds more than 10000 files"),
    ],
)
@pytest.mark.timeout(60)
def test_a_folder_without_end_is_refused(
    world: World, make: Callable[[Path], None], name: str, said: str, request: pytest.FixtureRequest
) -> None:
    folder = world.own / name
    request.addfinalizer(lambda: subprocess.run(["/bin/rm", "-r", folder], check=True))  # pytest's own cannot
    world.devpool(*ENABLE)
    folder.mkdir(exist_ok=True)
    make(folder)
    for words in (("status",), DISABLE, ENABLE):
        started = time.process_time()
        told = world.devpool(*words)
        assert said in told.words
        if words != ("status",):
            assert told.code == 1
            assert f"remove what is not devpool's: ls -lR {folder}" in told.words
        assert time.process_time() - started < 3


def private(world: World) -> Path:
    """The private env file of an enabled project."""
    (found,) = (world.own / "env").iterdir()
    return found


def test_a_file_that_others_can_read_gets_no_password(world: World) -> None:
    world.devpool(*ENABLE)
    path = private(world)
    secret = path.read_bytes()
    assert PASSWORD.encode() in secret, "the control"
    assert world.devpool(*DISABLE).code == 0
    path.parent.mkdir(parents=True)
    path.write_bytes(b"# committed\n")
    path.chmod(0o644)
    opened = path.open("rb")  # as somebody else may have
    assert world.devpool(*ENABLE).code == 0
    assert path.read_bytes() == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert opened.read() == b"# committed\n", "it is another file: who had the old one open reads nothing"
    opened.close()


@pytest.mark.parametrize("name", ["mine.txt", "env/mine.txt", "env/mine.env", "empty/deep/"])
def test_what_the_user_put_there_stays_and_is_named(world: World, name: str) -> None:
    world.devpool(*ENABLE)
    path = world.own / name
    if name.endswith("/"):
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"mine\n")
        path.chmod(0o640)
    assert world.devpool(*ENABLE).code == 0
    told = world.devpool(*DISABLE)
    assert told.code == 0
    assert f"left in .devpool, because devpool did not write it: {name.split('/')[0]}" in told.words
    left = sorted(str(p.relative_to(world.own)) for p in world.own.rglob("*") if not p.is_dir())
    assert left == ([] if name.endswith("/") else [name])
    assert path.is_dir() or path.read_bytes() == b"mine\n"


def test_a_folder_of_another_user_gets_no_password(world: World) -> None:
    if os.geteuid() != 0:
        pytest.fail("two users are needed: run it as root (sudo -E bin/test tests/security)", False)
    (world.own / "env").mkdir(parents=True)
    os.chown(world.own / "env", 12345, 12345)
    told = world.devpool(*ENABLE)
    assert told.code == 1
    assert "belongs to another user" in told.words
    assert list((world.own / "env").iterdir()) == []


def test_a_folder_that_everybody_can_write_to_gets_no_password(world: World) -> None:
    (world.own / "env").mkdir(parents=True)
    (world.own / "env").chmod(0o777)
    told = world.devpool(*ENABLE)
    assert told.code == 1
    assert f"hint: chmod o-w {world.own}/env" in told.words
    (world.own / "env").chmod(0o775)
    assert world.devpool(*ENABLE).code == 0


def test_an_attackers_digests_are_not_believed(world: World) -> None:
    world.devpool(*ENABLE)
    digests = world.own / "digests.json"
    assert digests.read_bytes().count(b"\n[") == 1
    told = json.loads(digests.read_bytes().partition(b"\n")[2])
    digests.write_bytes(json.dumps(told).encode())
    said = world.devpool("status").words
    assert f"{digests}" in said
    assert "`devpool enable` writes them again" in said
    world.devpool(*ENABLE)
    assert str(digests) not in world.devpool("status").words, "the hint is true"


def test_a_journal_that_cannot_be_swept_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from devpool.commit import disk

    def step(name: str, path: str) -> None:
        if name == "unlink" and re.search(r"/journal/\d+-", path):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "step", step)
    told = world.devpool(*ENABLE)
    assert told.code == 0
    assert "the copies of the original files are still there" in told.words
    assert list((world.own / "journal").glob("*-compose.yml"))
    monkeypatch.undo()
    os.chdir(world.project)
    world.devpool("status")
    assert not (world.own / "journal").exists(), "the hint is true"


@pytest.mark.parametrize("words", [DISABLE, ENABLE])
def test_a_folder_that_cannot_be_read_is_refused(world: World, words: tuple[str, ...]) -> None:
    world.devpool(*ENABLE)
    before = tree(world.project)
    code, said = as_ordinary_user(world, words)
    assert (code, tree(world.project)) == (1, before), said
    assert f"{world.own}/env" in said


def as_ordinary_user(world: World, words: tuple[str, ...]) -> tuple[int, str]:
    """Run a command as somebody who owns the project but cannot read `.devpool/env`, where we are root."""
    ordinary = 12345
    for path in [world.project, *world.project.rglob("*")] if os.geteuid() == 0 else ():
        os.chown(path, ordinary, ordinary, follow_symlinks=False)
    (world.own / "env").chmod(0)
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            import devpool.resources as resources

            for name in ("pgbouncer", "exporter"):
                contexts = {name: resources.build_context(name) for name in ("pgbouncer", "exporter")}
            resources.build_context = contexts.__getitem__
            if os.geteuid() == 0:
                for folder in (*world.project.parents,):
                    if folder.stat().st_mode & 0o005 != 0o005 and len(folder.parts) > 2:
                        folder.chmod(0o755)
                os.setgroups([])
                os.setresgid(ordinary, ordinary, ordinary)
                os.setresuid(ordinary, ordinary, ordinary)
            ran = world.devpool(*words)
            os.write(tell, ran.words.encode())
            code = ran.code
        except BaseException as error:
            os.write(tell, repr(error).encode())
        finally:
            os._exit(code)
    os.close(tell)
    with os.fdopen(told, "rb") as heard:
        said = heard.read().decode()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    (world.own / "env").chmod(0o755)
    return code, said
