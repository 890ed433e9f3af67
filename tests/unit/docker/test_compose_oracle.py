"""How Compose is called for a project and for its mirror, and what of its messages is shown."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from devpool.docker.compose_oracle import _put, _users_words, call_for, compose_version, mirrored, quoting_nothing
from devpool.errors import DevpoolError
from devpool.model.remote_files import NOTHING_FETCHED
from devpool.model.sources import ProjectFiles, Selection

ROOT = Path("/run/mirror")


def files(directory: Path, **originals: bytes) -> ProjectFiles:
    """A project of these files, named with `_` for a dot."""
    found = {f"{directory}/{name.replace('_', '.')}": data for name, data in originals.items()}
    return ProjectFiles(
        selection=Selection(),
        cwd=str(directory),
        shell={},
        directory=str(directory),
        files=tuple(found),
        dotenv=(),
        originals=found,
        instead={},
    )


@pytest.mark.parametrize("name", ["$GH_TOKEN", "${GH_TOKEN}", "${PORT:-${GH_TOKEN:?}}"])
def test_an_error_quotes_no_variable_of_the_shell(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "CANARYshelltoken")
    text = f'services: {{web: {{image: app, ports: ["{name}"]}}}}\n'.encode()
    found = files(Path("/p"), compose_yml=text)
    said = "Invalid containerPort: CANARYshelltoken"
    error = quoting_nothing(DevpoolError("compose-refuses", said, details=(said,)), found)
    masked = "Invalid containerPort: ***"
    assert (error.message, error.said, error.details) == (masked, masked, (masked,))


def test_compose_fetches_nothing_unless_the_user_allows_it() -> None:
    careful, open_ = (call_for(Selection(allow_remote=allow), "/p") for allow in (False, True))
    assert NOTHING_FETCHED.items() <= careful.environ.items()
    assert (careful.fetches, open_.fetches) == (False, True)
    assert not NOTHING_FETCHED.keys() & open_.environ.keys()


def test_a_call_has_the_users_options_and_folder() -> None:
    call = call_for(Selection(files=("a.yml", "/x/b.yml"), project_name="shop", profiles=("dev",)), "/p")
    options = ["--file", "a.yml", "--file", "/x/b.yml", "--project-name", "shop", "--profile", "dev"]
    assert (call.command("config"), call.cwd) == (["docker", "compose", *options, "config"], "/p")


def test_in_a_mirror_every_absolute_path_lies_below_its_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSE_FILE", "compose.yml:/x/b.yml")
    monkeypatch.setenv("COMPOSE_ENV_FILES", "a.env,/x/b.env")
    call = call_for(Selection(files=("a.yml", "/x/b.yml"), project_directory="/p"), "/p/sub", ROOT)
    assert call.arguments == ("--file", "a.yml", "--file", f"{ROOT}/x/b.yml", "--project-directory", f"{ROOT}/p")
    assert call.cwd == f"{ROOT}/p/sub"
    assert call.environ["COMPOSE_FILE"] == f"compose.yml:{ROOT}/x/b.yml"
    assert call.environ["COMPOSE_ENV_FILES"] == f"a.env,{ROOT}/x/b.env"


def test_a_mirror_has_copies_of_what_was_read_and_links_to_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text("services: {}\n")
    (tmp_path / "beside").mkdir()
    with mirrored(files(tmp_path, compose_yml=b"services: {web: {image: app}}\n")) as root:
        mirror = root / str(tmp_path).lstrip("/")
        assert (mirror / "compose.yml").read_bytes() == b"services: {web: {image: app}}\n"
        assert not (mirror / "compose.yml").is_symlink()
        assert (mirror / "beside").resolve() == tmp_path / "beside"
        assert root.stat().st_mode & 0o077 == 0
    assert not root.exists()
    assert (tmp_path / "compose.yml").read_text() == "services: {}\n"


def test_the_paths_in_composes_words_are_the_users() -> None:
    said = f"open {ROOT}/p/web.env: no such file or directory"
    with pytest.raises(DevpoolError) as error, _users_words(ROOT, files(Path("/p"))):
        raise DevpoolError("compose-refuses", f"Compose says: {said}", details=(said,), said=said)
    plain = "open /p/web.env: no such file or directory"
    assert (error.value.message, error.value.said) == (f"Compose says: {plain}", plain)
    assert error.value.details == (plain,)


def test_the_version_is_read_with_and_without_its_letter() -> None:
    assert [compose_version().read(text) for text in ("2.40.3\n", "v2.24.4\n")] == ["2.40.3", "2.24.4"]


def test_a_full_disk_is_no_bug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DevpoolError) as raised:
        _put(tmp_path, "/srv/compose.yaml", b"services: {}")
    assert raised.value.code == "disk-full"
