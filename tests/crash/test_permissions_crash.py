"""enable and disable by an ordinary user, where some of the files are not his to write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_rig import Cases, Outcome, command, outcome
from crash_rig import clone, tree
from projects import ONE_FILE

from devpool import resources
from devpool.commit import journal
from devpool.commit.write_user_files import FileChange

NOBODY = 65534


def as_ordinary_user(root: Path, words: tuple[str, ...]) -> Outcome:
    """Run a command as a user who owns nothing, where we are root; as ourselves where we are not."""

    def work() -> Outcome:
        if os.geteuid() == 0:
            # devpool's own data may lie where only root can look; the rest of it is loaded.
            give(_state_of_its_own(root))
            types = resources.setting_types()
            blocks = {name: resources.block_template(name) for name in ("pooler", "exporter")}
            contexts = {name: resources.build_context(name) for name in ("pgbouncer", "exporter")}
            resources.setting_types = lambda: types
            resources.block_template = lambda name="pooler": blocks[name]
            resources.build_context = contexts.__getitem__
            become_ordinary()
        return command(root, words)()

    return outcome(work)


def _state_of_its_own(root: Path) -> Path:
    """A state folder with the same key, so that what is signed is the same."""
    state = clone(Path(os.environ["XDG_STATE_HOME"], "devpool"), root.with_name("state") / "devpool").parent
    os.environ["XDG_STATE_HOME"] = str(state)
    return state


def become_ordinary() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def give(folder: Path) -> None:
    """Let an ordinary user have it all."""
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


@pytest.mark.parametrize("name", ["docker-compose.yml", ".env", "."])
def test_what_an_ordinary_user_may_not_write_is_refused_before_anything_is_written(
    cases: Cases, root: Path, name: str
) -> None:
    for verb in ("enable", "disable"):
        case = cases(ONE_FILE, verb)
        case.again(root)
        give(root)
        mode = (root / "project" / name).stat().st_mode
        (root / "project" / name).chmod(mode & ~0o222)
        before = tree(root)
        assert as_ordinary_user(root, case.words) == Outcome(1, "not-writable")
        assert tree(root) == before
        (root / "project" / name).chmod(mode)
        assert as_ordinary_user(root, case.words) == Outcome(0), "the control: the rest was his"
        assert tree(root) == case.new


def test_a_file_that_an_ordinary_user_may_write_but_does_not_own_stays_its_owners(cases: Cases, root: Path) -> None:
    if os.geteuid() != 0:
        pytest.fail("two users are needed: run it as root (sudo -E bin/test tests/crash)", False)
    enabled, disabled = cases(ONE_FILE, "enable"), cases(ONE_FILE, "disable")
    enabled.again(root)
    give(root)
    file = root / "project/docker-compose.yml"
    os.chown(file, 0, 0)
    file.chmod(0o666)
    old, inode = tree(root), file.stat().st_ino
    assert as_ordinary_user(root, enabled.words) == Outcome(0)
    assert file.read_bytes() == enabled.new["project/docker-compose.yml"][2]
    assert (file.stat().st_uid, file.stat().st_ino) == (0, inode), "written in place, for it cannot be given away"
    assert as_ordinary_user(root, disabled.words) == Outcome(0)
    assert tree(root) == old
    assert file.stat().st_uid == 0


@pytest.mark.parametrize("name", [".devpool", ".devpool/pgbouncer", ".devpool/state.json"])
def test_a_devpool_folder_of_another_user_is_refused(cases: Cases, root: Path, name: str) -> None:
    case = cases(ONE_FILE, "disable")
    case.again(root)
    give(root)
    path = root / "project" / name
    path.chmod(path.stat().st_mode & ~0o222)
    before = tree(root)
    assert as_ordinary_user(root, case.words) == Outcome(1, "not-writable")
    assert tree(root) == before


def test_a_folder_on_the_way_to_a_file_need_not_be_readable(root: Path) -> None:
    if os.geteuid() != 0:
        pytest.fail("two users are needed: run it as root (sudo -E bin/test tests/crash)", False)
    file = root / "project/locked/inner/compose.yml"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"old")
    give(root)
    os.chown(file.parents[1], 0, 0)
    file.parents[1].chmod(0o711)

    def work() -> Outcome:
        become_ordinary()
        journal.commit(root / "project", [FileChange(path=str(file), before=b"old", after=b"new")])
        return Outcome(0)

    assert outcome(work) == Outcome(0)
    assert file.read_bytes() == b"new"
    assert not (root / "project/.devpool").exists()
