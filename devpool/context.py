"""The context of a command: the project's options, the shell's variables, and the output."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from devpool.commit.private_folder import sweep
from devpool.docker.engine import environ
from devpool.errors import DevpoolError
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
    selection = Selection()
    for given in (parent, own):
        chosen = {f.name: given[f.name] for f in fields(Selection) if given.get(f.name)}
        selection = replace(selection, **chosen)
    as_json, quiet = (bool(parent.get(n) or own.get(n)) for n in ("as_json", "quiet"))
    return Context(selection=selection, cwd=_cwd(), shell=environ(), output=Output(as_json=as_json, quiet=quiet))


def _cwd() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise DevpoolError(
            "no-folder", "the current folder does not exist or is not readable", hint="cd to the project's folder"
        ) from None
