"""The link by which Docker finds devpool as its plugin (https://docs.docker.com/cli/cli-plugins/)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from devpool.commit.disk import reporting
from devpool.errors import DevpoolError

_PROGRAM = "docker-devpool"


def install(shell: Mapping[str, str]) -> tuple[Path, bool]:
    """Makes the link to the program of this very installation.

    Args:
        shell: the shell's variables, which tell where Docker's configuration is.

    Returns:
        The link, and whether it was made.

    Raises:
        DevpoolError: `no-plugin-program`, `plugin-not-ours`, and those of the disk.
    """
    link, program = _link(shell), _program(shell)
    _require_ours(link)
    if link.is_symlink() and os.path.realpath(link) == os.path.realpath(program):
        return link, False
    new = link.with_name(f".{_PROGRAM}.{os.getpid()}")
    with reporting(link):
        link.parent.mkdir(parents=True, exist_ok=True)
        new.symlink_to(program)
        new.replace(link)
    return link, True


def remove(shell: Mapping[str, str]) -> tuple[Path, bool]:
    """Removes the link; whether there was one. See `install`."""
    link = _link(shell)
    _require_ours(link)
    if not link.is_symlink():
        return link, False
    with reporting(link):
        link.unlink()
    return link, True


def _link(shell: Mapping[str, str]) -> Path:
    folder = shell.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")  # noqa: PTH111 - no home is no error here
    return Path(folder).absolute() / "cli-plugins" / _PROGRAM


def _program(shell: Mapping[str, str]) -> Path:
    """The program that was installed with this devpool."""
    found = next(filter(_is_program, _places(shell)), None)
    if found is None:
        raise DevpoolError(
            "no-plugin-program",
            f"there is no program `{_PROGRAM}` beside this devpool, which Docker could call",
            hint="install devpool with pip, pipx or uv; a single file or a module alone has none",
        )
    return found


def _places(shell: Mapping[str, str]) -> Iterator[Path]:
    """Beside the program that runs, which pipx and uv link to; beside Python; and on the PATH."""
    for name in (sys.argv[0], sys.executable):
        yield Path(name).absolute().parent / _PROGRAM
        yield Path(os.path.realpath(name)).parent / _PROGRAM
    found = shutil.which(_PROGRAM, path=shell.get("PATH"))
    if found:
        yield Path(found).absolute()


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _require_ours(link: Path) -> None:
    """Refuse anything there but a link to a program of this name, of whatever installation."""
    if link.is_symlink() and link.readlink().name == _PROGRAM:
        return
    if link.is_symlink() or link.exists():
        raise DevpoolError(
            "plugin-not-ours",
            "what is there is no link to devpool's program, so devpool leaves it",
            where=str(link),
            hint=f"look at it, and remove it yourself: rm {link}",
        )
