"""Copies and settings outlive `.devpool/` in the user's own state folder, and nobody else reads them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from devpool.commit.backups import commands_for, keep_copies, keep_settings, kept_settings
from devpool.decide.options import Options
from devpool.errors import DevpoolError

TUNED = Options(settings={"preset": "ci", "pool_mode": "session"}, settings_of={"db": {"default_pool_size": "7"}})


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def test_copies_have_their_paths_below_the_project_and_are_private(tmp_path: Path, shell: dict[str, str]) -> None:
    project = tmp_path / "my shop"
    texts = {str(project / "sub" / "compose.yml"): b"a\r\n", "/elsewhere/app.env": b"PW=sesame\n"}
    folder = keep_copies(project, shell, texts)
    assert (folder / "sub" / "compose.yml").read_bytes() == b"a\r\n"
    assert (folder / "elsewhere" / "app.env").read_bytes() == b"PW=sesame\n"
    assert stat.S_IMODE((folder / "elsewhere" / "app.env").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.parents[1].name.startswith("my-shop-")
    assert keep_copies(project, shell, texts) != folder, "an earlier copy is never overwritten"


def test_without_a_place_for_the_copy_nothing_is_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"")
    with pytest.raises(DevpoolError) as error:
        keep_copies(tmp_path / "p", {"XDG_STATE_HOME": str(tmp_path / "state")}, {str(tmp_path / "p" / "a"): b""})
    assert error.value.code == "no-copy"
    assert "XDG_STATE_HOME" in error.value.hint


def test_settings_are_known_again_for_the_same_project_alone(tmp_path: Path, shell: dict[str, str]) -> None:
    project = tmp_path / "p"
    assert kept_settings(project, shell) is None
    assert keep_settings(project, shell, TUNED) is True
    assert kept_settings(project, shell) == TUNED
    assert kept_settings(tmp_path / "sub" / "p", shell) is None
    assert keep_settings(project, shell, Options(name="pool")) is False
    assert kept_settings(project, shell) is None, "those of an earlier disable are forgotten"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"settings": 3}', b"\xff"])
def test_settings_that_cannot_be_read_are_none(tmp_path: Path, shell: dict[str, str], data: bytes) -> None:
    keep_settings(tmp_path / "p", shell, TUNED)
    (path,) = (tmp_path / "state").rglob("tuned.json")
    path.write_bytes(data)
    assert kept_settings(tmp_path / "p", shell) is None


def test_the_commands_give_the_same_settings_again() -> None:
    assert list(commands_for(TUNED, {"db": "pool"})) == [
        "devpool enable --preset ci --set pool_mode=session",
        "devpool set --pooler pool default_pool_size=7",
    ]
    query = Options(
        settings={"server_reset_query": "SELECT '$x'"}, settings_of={"db": {"server_reset_query": "DISCARD ALL"}}
    )
    assert list(commands_for(query)) == [
        """devpool enable --set 'server_reset_query=SELECT '"'"'$x'"'"''""",
        "devpool set --pooler pgbouncer-db 'server_reset_query=DISCARD ALL'",
    ]
    assert list(commands_for(Options())) == []
