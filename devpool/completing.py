"""What a shell offers at a tab: the project's services, variables and databases, and PgBouncer's settings.

Reads the project's files as every command does, asks neither Docker nor Compose, and offers nothing where the project
cannot be read. Only plain names are offered: a shell would act on others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from devpool.lifecycle.open_project import OpenProject
    from devpool.model.project import Project

VARIABLE = "_DEVPOOL_COMPLETE"
"""The variable in which a shell's script tells what it wants."""
SHELLS = ("bash", "zsh", "fish")
_PLAIN = r"[A-Za-z0-9._:-]+"
_VALUES = {"bool": ("1", "0")}


def verbs(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The commands."""
    group = ctx.find_root().command
    return _offered(group.list_commands(ctx) if isinstance(group, click.Group) else (), incomplete)


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, which the shell itself knows."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def folders(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Folders, which the shell itself knows."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def services(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The project's services."""
    project = _project(ctx)
    return _offered(project.services if project else (), incomplete)


def services_and_variables(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The project's services; after `SERVICE:`, its connection variables and its databases."""
    project = _project(ctx)
    name, colon, _rest = incomplete.partition(":")
    if not colon or project is None:
        return _offered(project.services if project else (), incomplete)
    mine = [s for s in (*project.connection_variables, *project.kept) if s.service == name]
    return _offered((f"{name}:{word}" for s in mine for word in (s.name, s.database)), incomplete)


def databases(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The project's databases, and the apps that have one."""
    project = _project(ctx)
    apps = (s.service for s in project.connection_variables) if project else ()
    return _offered((*project.databases, *apps) if project else (), incomplete)


def poolers(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The project's poolers."""
    opened = _opened(ctx)
    return _offered((p.name for p in opened.state.poolers) if opened and opened.state else (), incomplete)


def profiles(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The project's profiles."""
    project = _project(ctx)
    names = (p for s in project.services.values() for p in s.names("profiles")) if project else ()
    return _offered(names, incomplete)


def settings(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """PgBouncer's settings as `KEY=`; after that, the values of those that have few."""
    from devpool import resources
    from devpool.decide.tuning import read_types

    types = read_types(resources.setting_types())
    key, sign, _rest = incomplete.partition("=")
    if not sign:
        return _matching((f"{name}=" for name in types), incomplete)
    kind, _colon, choices = types.get(key, "").partition(":")
    values = choices.split(",") if kind == "one-of" else _VALUES.get(kind, ())
    return _matching((f"{key}={value}" for value in values), incomplete)


def _offered(names: Iterable[str], incomplete: str) -> list[str]:
    return _matching((name for name in names if re.fullmatch(_PLAIN, name, re.A)), incomplete)


def _matching(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


def _opened(ctx: click.Context) -> OpenProject | None:
    """The project that the options so far select; None where there is none."""
    from devpool.context import selected, working_folder
    from devpool.docker.engine import environ
    from devpool.errors import DevpoolError
    from devpool.lifecycle.open_project import OpenProject
    from devpool.load.devcontainer import with_devcontainer

    above = ctx.parent.params if ctx.parent else {}
    try:
        cwd, shell = working_folder(), environ()
        opened = OpenProject(with_devcontainer(selected(above, ctx.params), cwd, shell), cwd, shell)
        _ = opened.without_devpool
    except DevpoolError:
        return None
    return opened


def _project(ctx: click.Context) -> Project | None:
    opened = _opened(ctx)
    return opened.without_devpool if opened else None


def source(group: click.Command, shell: str) -> str:
    """The script by which a shell completes devpool's command lines.

    Args:
        group: devpool's command.
        shell: one of `SHELLS`.
    """
    from click.shell_completion import get_completion_class

    register()
    found = get_completion_class(shell)
    assert found is not None, "click knows these shells"
    return found(group, {}, "devpool", VARIABLE).source()


def for_docker(group: click.Command, words: list[str]) -> str:
    """What `docker devpool` completes, as Docker's shell scripts read it (cobra's `__complete`): each candidate on a
    line, then what else the shell may do: 0 lets it complete files, 4 does not.

    Args:
        group: devpool's command.
        words: the words after `devpool`, the last one to be completed.
    """
    from click.shell_completion import ShellComplete

    *before, last = words or [""]
    items = ShellComplete(group, {}, "devpool", VARIABLE).get_completions(before, last)
    names = [item.value for item in items if item.type == "plain"]
    return "".join(f"{line}\n" for line in (*names, ":4" if len(names) == len(items) else ":0"))


def register() -> None:
    """Replace click's class for bash, which takes `:` and `=` for the end of a word, as bash does."""
    from click.shell_completion import add_completion_class

    from devpool.bash_completion import Bash

    add_completion_class(Bash)
