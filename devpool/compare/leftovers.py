"""What comparisons leave in the engine, found by its label, and removed once the one that made it is over.

The label's value is the private folder that a comparison holds. The folder goes with its process, at the latest when
the next devpool starts (`commit.private_folder.sweep`): a container whose folder is gone belongs to nobody. A note in
the user's state folder tells later commands that there may be such a container, so that they need not ask Docker.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from devpool import file_modes
from devpool.commit.backups import folder_of
from devpool.commit.disk import make_folders
from devpool.commit.write_user_files import discard, read, write_new
from devpool.compare.variant_model import LABEL
from devpool.context import Context
from devpool.docker.container_values import COMPOSE
from devpool.docker.containers import Stack
from devpool.docker.ownership import FILES
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject

_ROLE = "--filter=label=devpool.role"


def note(directory: Path, shell: Mapping[str, str], holder: Path) -> Path:
    """Note down that a comparison goes on; the file of the note, which is to be discarded once all is removed.

    Args:
        directory: the project directory.
        shell: the shell's variables.
        holder: the comparison's private folder.

    Raises:
        DevpoolError: `not-writable`, `disk-full`, `disk-error`.
    """
    path = _notes(directory, shell) / holder.name
    make_folders(path.parent, file_modes.PRIVATE_FOLDER)
    write_new(str(path), os.fsencode(holder), mode=file_modes.PRIVATE_FILE)
    return path


def sweep(ctx: Context, opened: OpenProject) -> None:
    """Remove what comparisons have left that were killed. Where none was, Docker is not asked.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    place = _notes(opened.directory, ctx.shell)
    notes = [path for path in (sorted(place.iterdir()) if place.is_dir() else ()) if not _goes_on(path)]
    if not notes:
        return
    for name in remove_ended(opened.stack):
        ctx.output.progress(f"removed {name}, which an interrupted comparison had left")
    opened.stack.look_again()
    for path in notes:
        discard(str(path))


def _notes(directory: Path, shell: Mapping[str, str]) -> Path:
    return folder_of(directory, shell) / "comparing"


def _goes_on(path: Path) -> bool:
    return Path(os.fsdecode(read(str(path)) or b"/")).exists()


def remove_ended(stack: Stack) -> list[str]:
    """Remove the containers of this project's comparisons that are over; their names.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    names = {LABEL: f'.Label "{LABEL}"', FILES: f'.Label "{FILES}"', "id": ".ID", "name": ".Names"}
    line = ",".join(f'"{key}":{{{{json ({value})}}}}' for key, value in names.items())
    filters = [f"--filter=label={LABEL}", f"--filter=label={COMPOSE}.project={stack.name}"]
    rows = stack.docker("ps", "--all", "--no-trunc", *filters, "--format", f"{{{line}}}").splitlines()
    # The label alone may be in the files of a clone. That of Compose tells the file that a container is made from.
    made = [row for row in map(json.loads, rows) if row[FILES].startswith(f"{row[LABEL]}/")]
    left = [row for row in made if not Path(row[LABEL]).exists()]
    _remove(stack, [row["id"] for row in left])
    if left:
        remove_image(stack)
    return [row["name"] for row in left]


def remove_own(stack: Stack, holder: str) -> None:
    """Remove the containers of one comparison, running or not.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    _remove(stack, stack.docker("ps", "--all", "--quiet", f"--filter=label={LABEL}={holder}").split())


def image_of(stack: Stack) -> str:
    """The name of the image of a comparison's poolers."""
    return f"{stack.name}-devpool-compare"


def remove_image(stack: Stack) -> None:
    """Remove that image, unless a container uses it."""
    with suppress(DevpoolError):
        images = stack.docker("image", "ls", _ROLE, f"--filter=reference={image_of(stack)}", "--format={{.Repository}}")
        if images.split():
            stack.docker("image", "rm", *dict.fromkeys(images.split()))


def _remove(stack: Stack, containers: Iterable[str]) -> None:
    doomed = list(containers)
    if doomed:
        stack.docker("rm", "--force", "--volumes", *doomed)
