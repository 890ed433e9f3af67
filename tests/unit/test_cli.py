"""Where errors become exit codes, and how Docker calls its plugin."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
import pytest

from devpool import __version__, cli
from devpool.cli import Verbs, devpool, plugin_main, run
from devpool.errors import DevpoolError, ProofError
from devpool.output import Output

COMMANDS = Path(cli.__file__).parent / "commands"


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def main(**_: object) -> NoReturn:
        raise error

    return main


@pytest.fixture(autouse=True)
def own_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of a bug goes into a folder of the test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (DevpoolError("no-setting", "there is none"), 1, "error: there is none [no-setting]"),
        (ProofError("reading-differs", "web differs"), 3, "error: web differs [reading-differs]"),
        (click.UsageError("No such thing."), 2, "error: no such thing [wrong-usage]\n\nhint: "),
        (KeyboardInterrupt(), 130, "error: interrupted [interrupted]"),
        (click.Abort(), 130, "error: interrupted [interrupted]"),
        (ValueError("x"), 3, "error: unexpected error (ValueError): this is a bug in devpool"),
    ],
)
def test_every_error_ends_in_its_exit_code_and_one_sentence(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(devpool, "main", raising(error))
    assert run([], Output()) == code
    done = capsys.readouterr()
    assert done.err.startswith(said)
    assert (done.out, "Traceback" in done.err) == ("", False)


def test_the_log_of_a_bug_has_the_trace_and_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(devpool, "main", raising(ValueError("could not read 'sesame' of postgres://u:sesame@db/x")))
    run([], Output())
    (log,) = tmp_path.glob("devpool-bug-*.log")
    text = log.read_text()
    assert "raise error" in text
    assert "sesame" not in text + capsys.readouterr().err
    assert str(log) not in text
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (4, 4), ("text", 0)])
def test_a_command_may_return_its_exit_code(returned: object, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devpool, "main", lambda **_: returned)
    assert run([], Output()) == code


def test_every_command_has_a_file_and_every_file_is_a_command() -> None:
    context = click.Context(devpool)
    assert isinstance(devpool, Verbs)
    names = devpool.list_commands(context)
    assert sorted(names) == sorted(path.stem for path in COMMANDS.glob("[!_]*.py"))
    assert [getattr(devpool.get_command(context, name), "name", "") for name in names] == names
    assert devpool.get_command(context, "nosuch") is None


def test_docker_is_told_what_the_plugin_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["docker-devpool", "docker-cli-plugin-metadata"])
    plugin_main()
    told = json.loads(capsys.readouterr().out)
    assert (told["SchemaVersion"], told["Version"]) == ("0.1.0", __version__)


@pytest.mark.parametrize(("words", "given"), [(["devpool", "status"], ["status"]), (["status"], ["status"])])
def test_dockers_own_word_is_no_command(words: list[str], given: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", ["docker-devpool", *words])
    monkeypatch.setattr(cli, "main", seen.append)
    plugin_main()
    assert seen == [given]
