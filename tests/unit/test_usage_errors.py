"""A wrong command line: what is wrong with it, and what is likely meant."""

from __future__ import annotations

import click
import pytest

from devpool.errors import UsageError
from devpool.usage_errors import unknown_verb, usage_error


@click.command("enable")
@click.option("--diff/--no-diff")
@click.option("--mode", type=click.Choice(["session", "transaction"]))
@click.option("--port", type=int)
@click.argument("service")
def command(**_: object) -> None:
    """A command."""


def refused(*words: str) -> UsageError:
    with pytest.raises(click.ClickException) as error:
        command.make_context("enable", list(words))
    return usage_error(error.value)


@pytest.mark.parametrize(
    ("words", "code", "message", "hint"),
    [
        (["--dif"], "unknown-option", "there is no option `--dif`", "did you mean `--diff`? "),
        (["--no-dif"], "unknown-option", "there is no option `--no-dif`", "did you mean `--no-diff`? "),
        (["--xyz=hunter2"], "unknown-option", "there is no option `--xyz`", "`enable --help`"),
        (["--mode", "sesion", "web"], "wrong-usage", "invalid value for '--mode': 'sesion'", "did you mean `session`?"),
        (["--mode", "xyz", "web"], "wrong-usage", "invalid value for '--mode': 'xyz'", "`enable --help`"),
        (["--port", "x", "web"], "wrong-usage", "invalid value for '--port': 'x'", "`enable --help`"),
        ([], "wrong-usage", "missing argument 'SERVICE'", "`enable --help`"),
        (["web", "more"], "wrong-usage", "got unexpected extra argument (more)", "`enable --help`"),
    ],
)
def test_what_click_refuses_is_an_error_of_devpool(words: list[str], code: str, message: str, hint: str) -> None:
    error = refused(*words)
    assert (error.code, error.exit_code) == (code, 2)
    assert error.message.startswith(message)
    assert not error.message.endswith(".")
    assert error.hint.startswith(hint)


def test_an_unknown_command_is_refused_with_the_one_that_is_most_alike() -> None:
    assert unknown_verb("statu", ["set", "status"]).hint.startswith("did you mean `status`? ")
    assert unknown_verb("xyz", ["set", "status"]).hint == "`devpool help` lists the commands"
