"""The link by which Docker finds devpool."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from devpool.commit.plugin_link import install, remove
from devpool.errors import DevpoolError


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A shell with an installation of devpool, and no configuration of Docker's yet."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("devpool", "docker-devpool"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(programs / "devpool")])
    return {"DOCKER_CONFIG": str(tmp_path / "docker"), "PATH": ""}


def link_of(shell: dict[str, str]) -> Path:
    return Path(shell["DOCKER_CONFIG"]) / "cli-plugins" / "docker-devpool"


def test_it_is_made_once_and_removed_once(shell: dict[str, str], tmp_path: Path) -> None:
    assert install(shell) == (link_of(shell), True)
    assert link_of(shell).resolve() == tmp_path / "bin" / "docker-devpool"
    assert install(shell) == (link_of(shell), False)
    assert remove(shell) == (link_of(shell), True)
    assert remove(shell) == (link_of(shell), False)
    assert list(link_of(shell).parent.iterdir()) == []


def test_a_link_to_another_installation_is_replaced_also_where_that_is_gone(shell: dict[str, str]) -> None:
    link_of(shell).parent.mkdir(parents=True)
    link_of(shell).symlink_to("/gone/bin/docker-devpool")
    assert install(shell)[1]
    assert link_of(shell).exists()


@pytest.mark.parametrize("what", ["file", "link"])
def test_what_is_not_devpools_stays(shell: dict[str, str], tmp_path: Path, what: str) -> None:
    link = link_of(shell)
    link.parent.mkdir(parents=True)
    if what == "file":
        link.write_text("mine")
    else:
        link.symlink_to(tmp_path / "mine")
    for action in (install, remove):
        with pytest.raises(DevpoolError) as caught:
            action(shell)
        assert caught.value.code == "plugin-not-ours"
    assert link.is_symlink() if what == "link" else link.read_text() == "mine"


def test_without_the_program_nothing_is_linked(
    shell: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin" / "docker-devpool").unlink()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    with pytest.raises(DevpoolError) as caught:
        install(shell)
    assert caught.value.code == "no-plugin-program"
    assert not link_of(shell).parent.exists()


def test_a_folder_that_cannot_be_made_is_an_error_of_the_disk(shell: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "docker").write_text("a file")
    with pytest.raises(DevpoolError) as caught:
        install(shell)
    assert caught.value.code == "disk-error"
