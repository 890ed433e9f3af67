"""The context of a command: the project's options, the shell's variables, and the output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from devpool.commit.private_folder import sweep
from devpool.docker.engine import environ
from devpool.errors import DevpoolError
from devpool.load.devcontainer import with_devcontainer
from devpool.model.sources import Selection
from devpool.output import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The context of a command: the project's options, the shell's variables, and the output."""

    selection: Selection
    cwd: Path
    shell: dict[str, str]
    output: Output


def context(parent: dict[str, Any], own: dict[str, Any]) -> Context:
    """The context of a command, from the options before and after its name."""
    sweep()  # every command removes the password files that a killed devpool has left
    output = parent.get("output") or Output()
    names = ("as_json", "quiet", "verbose")
    output.as_json, output.quiet, output.verbose = (bool(parent.get(n) or own.get(n)) for n in names)
    cwd, shell = working_folder(), environ()
    selection = with_devcontainer(selected(parent, own), cwd, shell)
    return Context(selection=selection, cwd=cwd, shell=shell, output=output)


def selected(*given: Mapping[str, Any]) -> Selection:
    """The files and the name of the project, from options before and after a command's name; the last one wins."""
    selection = Selection()
    for options in given:
        chosen = {f.name: options[f.name] for f in fields(Selection) if options.get(f.name)}
        selection = replace(selection, **chosen)
    return selection


def working_folder() -> Path:
    """The current folder.

    Raises:
        DevpoolError: `no-folder`.
    """
    try:
        return Path.cwd()
    except OSError:
        raise DevpoolError(
            "no-folder", "the current folder does not exist or is not readable", hint="cd to the project's folder"
        ) from None
