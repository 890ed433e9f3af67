"""The contents of `.devpool/` after enable, except private env files: the record and the images' build contexts."""

from __future__ import annotations

from collections.abc import Mapping

from devpool import resources
from devpool.decide.plan import Plan
from devpool.devpool_folder import DIGESTS, STATE
from devpool.edit.pooler_service import BUILD_CONTEXT, EXPORTER_CONTEXT, FOLDER
from devpool.text.edits import Edit
from devpool.undo.state import State, dump, dump_digests

_IGNORED = (
    b"# What devpool keeps for this machine alone; state.json, pgbouncer/ and exporter/ can be committed.\n"
    b"env/\njournal/\nunverified-journal*/\ndigests.json\nlock\n"
)
# If git converted line endings to CRLF in a clone, the image could not start: it contains the scripts as they are.
_ATTRIBUTES = b"* -text\n"
IMAGES = {BUILD_CONTEXT: "pgbouncer", EXPORTER_CONTEXT: "exporter"}
"""The image that each build context is for, by path below the project directory."""


def contexts(plan: Plan) -> resources.BuildContext:
    """The build contexts of the added services, by path below the project directory."""
    return context_files(exporter=any(pooler.metrics for pooler in plan.poolers))


def context_files(*, exporter: bool) -> resources.BuildContext:
    """The build context of the poolers' image, and of the exporter's."""
    wanted = {"pgbouncer"} | ({"exporter"} if exporter else set())
    return {
        f"{folder}/{name}": file
        for folder, image in IMAGES.items()
        if image in wanted
        for name, file in resources.build_context(image).items()
    }


def home_files(
    directory: str, state: State, digests: Mapping[Edit, str], context: resources.BuildContext
) -> dict[str, bytes]:
    """The files by absolute path.

    Args:
        directory: the project directory.
        state: the record.
        digests: the digests that show whether a copy is unchanged.
        context: what `contexts` returns.
    """
    return {
        f"{directory}/{STATE}": dump(state, directory),
        f"{directory}/{DIGESTS}": dump_digests(state, digests),
        f"{directory}/{FOLDER}/.gitignore": _IGNORED,
        f"{directory}/{FOLDER}/.gitattributes": _ATTRIBUTES,
        **{f"{directory}/{name}": data for name, (data, _) in context.items()},
    }


def context_modes(directory: str, context: resources.BuildContext) -> dict[str, int]:
    """The permission bits of the build contexts' files by absolute path."""
    return {f"{directory}/{name}": mode for name, (_, mode) in context.items()}
