"""What comparisons leave in the engine, found by its label, and removed once the one that made it is over.

The label's value is the private folder that a comparison holds. The folder goes with its process, at the latest when
the next devpool starts (`commit.private_folder.sweep`): a container whose folder is gone belongs to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from devpool.compare.variant_model import LABEL
from devpool.docker.container_values import COMPOSE
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError

_ROLE = "--filter=label=devpool.role"


def remove_ended(stack: Stack) -> list[str]:
    """Remove what comparisons of this project have left that were killed; the names of the containers.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    names = {LABEL: f'.Label "{LABEL}"', "service": f'.Label "{COMPOSE}.service"', "id": ".ID", "name": ".Names"}
    line = ",".join(f'"{key}":{{{{json ({value})}}}}' for key, value in names.items())
    filters = [f"--filter=label={LABEL}", f"--filter=label={COMPOSE}.project={stack.name}"]
    rows = stack.docker("ps", "--all", "--no-trunc", *filters, "--format", f"{{{line}}}").splitlines()
    left = [row for row in map(json.loads, rows) if not Path(row[LABEL]).exists()]
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
        found = stack.docker("image", "ls", _ROLE, f"--filter=reference={image_of(stack)}", "--format={{.Repository}}")
        if found.split():
            stack.docker("image", "rm", *dict.fromkeys(found.split()))


def _remove(stack: Stack, containers: Iterable[str]) -> None:
    found = list(containers)
    if found:
        stack.docker("rm", "--force", "--volumes", *found)
