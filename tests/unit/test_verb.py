"""The help of a command: its options in groups, those of every command last."""

from __future__ import annotations

import click
import pytest

from devpool.cli import devpool
from devpool.command_options import project_options
from devpool.verb import OPTIONS, OUTPUT, PROJECT, Verb, groups, option

VERBS = devpool.list_commands(click.Context(devpool))


@click.command(cls=Verb)
@project_options
@option("--port", group="The pooler")
@option("--hidden", hidden=True)
@click.option("--plain")
def command(**_: object) -> None:
    """A command."""


def headings(one: click.Command) -> dict[str, list[str]]:
    context = click.Context(one, help_option_names=["-h", "--help"])
    # In which order click gives the names of its own `--help` depends on its version.
    return {name: [max(o.opts, key=len) for o in options] for name, options in groups(one, context).items()}


def test_an_option_stands_in_its_group_and_what_every_command_has_comes_last() -> None:
    found = headings(command)
    assert list(found) == ["The pooler", OPTIONS, PROJECT, OUTPUT]
    assert (found["The pooler"], found[OPTIONS]) == (["--port"], ["--plain"])
    assert "--env-file" in found[PROJECT]
    assert found[OUTPUT] == ["--json", "--quiet", "--verbose", "--help"]


def test_the_help_has_the_groups_as_sections() -> None:
    text = command.get_help(click.Context(command, help_option_names=["--help"]))
    sections = [line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert sections == [f"{name}:" for name in ("The pooler", OPTIONS, PROJECT, OUTPUT)]


def test_a_plain_command_becomes_a_verb_and_another_stays_what_it_is() -> None:
    @click.command()
    @click.option("--plain")
    def plain(**_: object) -> None:
        """A plain command."""

    found = Verb.of(plain)
    assert isinstance(found, Verb)
    assert (found.name, found.help, found.params, found.callback) == (
        *("plain", "A plain command."),
        *(plain.params, plain.callback),
    )
    assert Verb.of(command) is command


@pytest.mark.parametrize("name", VERBS)
def test_the_help_of_each_command_has_examples_and_groups(name: str) -> None:
    parent = click.Context(devpool, info_name="devpool", help_option_names=["-h", "--help"])
    found = devpool.get_command(parent, name)
    assert found is not None
    text = found.get_help(click.Context(found, info_name=name, parent=parent))
    assert "\n  Examples:\n    " in text
    assert f"\n{OUTPUT}:\n" in text
