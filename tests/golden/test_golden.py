"""A folder a case: the user's files before, the same files after enable, and what enable says. Compared as bytes.

cases/<name>/before/     the project
cases/<name>/after/      its files after `devpool enable --no-up`, without `.devpool/`
cases/<name>/report.txt  what enable prints
cases/<name>/args.txt    further words for `enable`, a line each
cases/<name>/error.txt   of a refusal instead: exit code and stderr; the project stays as it is

`pytest tests/golden --update-golden` rewrites them: read every difference before you keep it.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devpool.cli import run
from devpool.edit.override_file import HEADER
from devpool.lifecycle.direct_variables import direct_values
from devpool.lifecycle.open_project import Enabled, OpenProject
from devpool.lifecycle.read_state import read_state
from devpool.load.locate import find_project
from devpool.load.read_project import read_project
from devpool.model.build_model import read_model
from devpool.model.sources import Selection
from devpool.output import Output
from devpool.undo.meaning_check import beyond
from devpool.undo.state import State
from devpool.undo.state_check import ours_of, problem
from devpool.undo.undo import read_edited

CASES = sorted(p for p in (Path(__file__).parent / "cases").iterdir() if p.is_dir())
WORKING = [case for case in CASES if not (case / "error.txt").is_file()]
MODES = {"": 0o640, ".yml": 0o644, ".yaml": 0o755, ".env": 0o600}  # not the usual ones, so that a loss is seen
BOM = b"\xef\xbb\xbf"

NOT_PROVED = "warning: --no-verify: devpool did NOT verify the result with Compose\n"

Tree = dict[str, tuple[int, bytes]]
each_case = pytest.mark.parametrize("project", CASES, indirect=True, ids=lambda case: case.name)
each_working_case = pytest.mark.parametrize("project", WORKING, indirect=True, ids=lambda case: case.name)
pytestmark = pytest.mark.usefixtures("compose_plugin")


@dataclass(frozen=True)
class Project:
    """A case's project in a folder of its own."""

    case: Path
    folder: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a devpool command, without the folder's own name."""
        code = run([*words], Output())
        shown = self.capsys.readouterr()
        return code, self._plain(shown.out), self._plain(shown.err)

    def given(self) -> list[str]:
        """The further words of the case."""
        file = self.case / "args.txt"
        return [word for word in file.read_text(encoding="utf-8").split("\n") if word] if file.is_file() else []

    def selection(self) -> Selection:
        """The files that these words name."""
        pairs = list(itertools.pairwise(self.given()))
        files, env_files = ([after for word, after in pairs if word == option] for option in ("-f", "--env-file"))
        return Selection(files=tuple(files), env_files=tuple(env_files))

    def enable(self, *words: str) -> tuple[int, str, str]:
        """Enable, as the case wants it."""
        return self.run("enable", "--no-up", *words, *self.given())

    def disable(self) -> tuple[int, str, str]:
        return self.run("disable", "--no-up")

    def tree(self) -> Tree:
        """Mode and bytes of every file, devpool's own too."""
        return tree(self.folder)

    def forget(self) -> None:
        """Lose the record, and keep the rest of devpool's folder."""
        for path in self.folder.rglob(".devpool/*.json"):
            path.unlink()

    def users_files(self) -> dict[str, bytes]:
        return {name: data for name, (_, data) in self.tree().items() if not name.startswith(".devpool/")}

    def _plain(self, text: str) -> str:
        return text.replace(str(self.folder), "PROJECT")


def tree(folder: Path) -> Tree:
    return {
        str(path.relative_to(folder)): (path.stat().st_mode & 0o7777, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def project(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    plain_shell: dict[str, str],
) -> Iterator[Project]:
    folder = tmp_path / "project"
    shutil.copytree(request.param / "before", folder)
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(MODES.get(path.suffix, MODES[""]))
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    yield Project(request.param, folder, capsys)


@each_case
def test_enable_gives_these_bytes_and_words_and_disable_takes_each_back(
    project: Project, pytestconfig: pytest.Config
) -> None:
    before = project.tree()
    refused = (project.case / "error.txt").is_file()
    proves = refused or not pytestconfig.getoption("--no-proof")
    code, words, errors = project.enable(*([] if proves else ["--no-verify"]))
    if pytestconfig.getoption("--update-golden"):
        update(project, code, words, errors)
    if refused:
        assert words == ""
        assert f"exit {code}\n{errors}" == (project.case / "error.txt").read_text(encoding="utf-8")
        assert project.tree() == before
        return
    assert (code, errors) == (0, "" if proves else NOT_PROVED)
    assert words == (project.case / "report.txt").read_text(encoding="utf-8")
    expected = {name: data for name, (_, data) in tree(project.case / "after").items()}
    assert project.users_files() == expected
    assert {name: mode for name, (mode, _) in project.tree().items() if name in before} == {
        name: mode for name, (mode, _) in before.items()
    }
    assert project.disable()[0] == 0
    assert project.tree() == before
    assert not (project.folder / ".devpool").exists()


@each_working_case
def test_enable_twice_is_enable_once(project: Project) -> None:
    assert project.enable("--no-verify")[0] == 0
    once = project.tree()
    code, words, _ = project.enable("--no-verify")
    assert (code, words.splitlines()[-1]) == (0, "already enabled: no file to change")
    assert project.tree() == once


@each_working_case
def test_every_edit_is_known_again_as_devpools_own(project: Project) -> None:
    before = project.users_files()
    assert project.enable("--no-verify")[0] == 0
    state = read_state(project.folder)
    assert state is not None
    assert state.edits
    ours = ours_of(state)
    assert [why for edit in state.edits if (why := problem(edit, ours))] == []
    for path in state.paths():
        name, edits = os.path.relpath(path, project.folder), state.edits_of(path)
        made = f"{HEADER}\nservices:\n".encode()  # of a file that devpool makes
        now, then = (read_edited(path, data, edits) for data in (Path(path).read_bytes(), before.get(name, made)))
        assert list(beyond(now, then, ours)) == []


@each_working_case
def test_what_the_user_edits_in_between_survives_exactly(project: Project) -> None:
    before = project.users_files()
    assert project.enable("--no-verify")[0] == 0
    after = project.users_files()
    changed = [name for name, data in after.items() if before.get(name) != data]
    assert changed
    newlines = {name: b"\r\n" if b"\r\n" in data else b"\n" for name, data in after.items()}
    for name in changed:
        path = project.folder / name
        path.write_bytes(edited_by_user(name, path.read_bytes(), newlines[name]))
    assert project.disable()[0] == 0
    assert project.users_files() == {
        name: edited_by_user(name, before.get(name, b""), newlines[name]) if name in changed else data
        for name, data in after.items()
    }


# Where the text alone does not tell what it was: a name for the same server, a link beside another one.
NOT_TOLD = {
    "by-name-beside-links-crlf": {"mill.links", "mill.depends_on"},
    "alias-of-a-url-in-a-pooled-app": {"web.depends_on"},
    "comments-in-awkward-places": {"web.TEA_URL_DIRECT"},
    "fixed-address-of-the-database": {"web.DB_HOST"},
    "hostname-and-aliases": {"miller.STORE_HOST"},
    "link-under-another-name": {"dyer.links"},
    "old-compose-file-with-links": {"app.DB_ADDR", "report.DB_ADDR", "app.links"},
    "in-the-network-of-its-database-pooled": {"app.DB_HOST", "app.depends_on"},
    "port-of-the-host-in-dotenv": {"web.DB_PORT"},
    "scalar-alias-shared-with-a-direct-service": {"pilot.DATABASE_URL_DIRECT"},
}


@each_working_case
def test_without_the_record_the_project_is_direct_again_in_meaning(project: Project) -> None:
    selection = project.selection()
    before = meaning(project, selection)
    assert project.enable("--no-verify")[0] == 0
    shutil.rmtree(project.folder / ".devpool") if len(project.case.name) % 2 else project.forget()
    code, words, errors = project.run("disable", "--no-up", *selection.arguments())
    assert (code, errors) == (0, "")
    assert "cannot prove that its bytes" in words
    after = meaning(project, selection)
    different = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert different <= NOT_TOLD.get(project.case.name, set())
    assert not (project.folder / ".devpool").exists()


# A private env file that a clone lacks holds the address of the database, too.
NO_ADDRESS = {"external-database-by-host-and-port", "tls-demanded-by-a-switch"}
# Without the record a comment or a space at the end of a line is no more, nor is a link that led to the database.
NOT_WRITTEN_AGAIN = {"alias-of-a-shared-environment", "by-name-beside-links-crlf", "tabs-after-values"}


@each_working_case
def test_a_clone_without_devpools_folder_is_known_to_be_enabled_and_gets_it_back(project: Project) -> None:
    selection = project.selection()
    assert project.enable("--no-verify")[0] == 0
    recorded, files = OpenProject(selection, project.folder, {}).enabled, project.users_files()
    assert recorded
    shutil.rmtree(project.folder / ".devpool")
    allowed = [word for word in project.given() if word.startswith("--allow-")]  # the record kept it
    again = ("enable", "--no-up", "--no-verify", *selection.arguments(), *allowed)
    if project.case.name in NO_ADDRESS:
        assert "does not state here which database it serves" in project.run(*again)[2]
        assert project.users_files() == files
        return
    known = OpenProject(selection, project.folder, {}).enabled
    assert known
    assert not known.recorded
    assert known.state.poolers == recorded.state.poolers
    assert pooled(known.state) == pooled(recorded.state)
    different = past_poolers(project, known) ^ past_poolers(project, recorded)
    assert {key for key, _ in different} <= NOT_TOLD.get(project.case.name, set())
    code, words, _ = project.run(*again)
    assert code == 0
    assert "the record of the previous enable was missing" in words
    assert read_state(project.folder)
    if project.case.name not in NOT_WRITTEN_AGAIN:
        assert words.endswith("already enabled: no file to change\n")
        assert "\nrestored .devpool/" in words
        assert project.users_files() == files


def pooled(state: State) -> set[tuple[str, str]]:
    return {(r.service, r.database) for r in state.routes if r.pooled}


def past_poolers(project: Project, enabled: Enabled) -> set[tuple[str, str]]:
    """What a command in each app's container gets, to go to the database itself: variables and their values."""
    found = find_project(project.selection(), project.folder, {}, enabled.direct.files)
    direct = read_model(read_project(found))
    each = {name: direct_values(direct, enabled.state, name) for name in direct.services}
    return {(f"{name}.{variable}", value) for name, values in each.items() for variable, value in values.items()}


def meaning(project: Project, selection: Selection) -> dict[str, object]:
    """What the services of a project are told, and what they wait for."""
    found = read_model(read_project(find_project(selection, project.folder, {})))
    said: dict[str, object] = {}
    for name, service in found.services.items():
        said |= {f"{name}.{variable}": value.text for variable, value in found.environments[name].items()}
        said |= {f"{name}.{key}": set(service.names(key)) for key in ("depends_on", "links", "env_file")}
        said |= {f"{name}.start": service.start()}
    return said


def edited_by_user(name: str, data: bytes, newline: bytes) -> bytes:
    """A file with a comment on top and something new at its end."""
    bom, text = (BOM, data[len(BOM) :]) if data.startswith(BOM) else (b"", data)
    ending = b"" if not text or text.endswith(newline) else newline
    new = b"x-of-mine:" + newline + b"  a: b" if name.endswith((".yml", ".yaml")) else b"OF_MINE=a"
    return bom + b"# mine \xc3\xa9" + newline + text + ending + new + newline


def update(project: Project, code: int, words: str, errors: str) -> None:
    """Write what this run gave as what is expected."""
    case = project.case
    shutil.rmtree(case / "after", ignore_errors=True)
    (case / "report.txt").unlink(missing_ok=True)
    (case / "error.txt").unlink(missing_ok=True)
    if code:
        (case / "error.txt").write_text(f"exit {code}\n{errors}", encoding="utf-8")
        return
    (case / "report.txt").write_text(words, encoding="utf-8")
    for name, data in project.users_files().items():
        path = case / "after" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
