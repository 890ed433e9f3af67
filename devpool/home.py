"""What `.devpool/` holds after enable, but for the private env files: the record, and the images' build contexts."""

from __future__ import annotations

from devpool import resources
from devpool.plan import Plan
from devpool.pooler import BUILD_CONTEXT, EXPORTER_CONTEXT, FOLDER
from devpool.state import PATH, State, dump

_IGNORED = (
    b"# What devpool keeps for this machine alone; state.json, pgbouncer/ and exporter/ can be committed.\n"
    b"env/\njournal/\nlock\n"
)


def contexts(plan: Plan) -> resources.BuildContext:
    """The build contexts of what is added, by path below the project directory."""
    images = {BUILD_CONTEXT: "pgbouncer"}
    if any(pooler.metrics for pooler in plan.poolers):
        images[EXPORTER_CONTEXT] = "exporter"
    return {
        f"{folder}/{name}": file
        for folder, image in images.items()
        for name, file in resources.build_context(image).items()
    }


def home_files(directory: str, state: State, context: resources.BuildContext) -> dict[str, bytes]:
    """The files by absolute path.

    Args:
        directory: the project directory.
        state: the record.
        context: what `contexts` gives.
    """
    return {
        f"{directory}/{PATH}": dump(state, directory),
        f"{directory}/{FOLDER}/.gitignore": _IGNORED,
        **{f"{directory}/{name}": data for name, (data, _) in context.items()},
    }


def context_modes(directory: str, context: resources.BuildContext) -> dict[str, int]:
    """The permission bits of the build contexts' files by absolute path."""
    return {f"{directory}/{name}": mode for name, (_, mode) in context.items()}
