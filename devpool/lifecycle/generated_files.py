"""The contents of `.devpool/` after enable, except private env files, and how what is there differs from them.

A build runs whatever its context contains.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from devpool import __version__, resources
from devpool.checks.facts import version
from devpool.checks.poolers import FLOOR
from devpool.commit import real_folders, write_devpool_files
from devpool.decide.plan import Plan
from devpool.devpool_folder import BUILD_CONTEXT, DIGESTS, EXPORTER_CONTEXT, FOLDER, STATE
from devpool.errors import DevpoolError
from devpool.resources import BuildContext
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
RESTORES = "`devpool enable` restores it"
_ANEW = "`devpool enable` rewrites it"


def contexts(plan: Plan) -> resources.BuildContext:
    """The build contexts of the added services, by path below the project directory."""
    return context_files(
        pooler=not all(p.image for p in plan.poolers), exporter=any(pooler.metrics for pooler in plan.poolers)
    )


def context_files(*, pooler: bool = True, exporter: bool) -> resources.BuildContext:
    """The build context of the poolers' image, and of the exporter's, as far as each is built."""
    wanted = [image for image, is_built in (("pgbouncer", pooler), ("exporter", exporter)) if is_built]
    return {
        f"{folder}/{name}": file
        for folder, image in IMAGES.items()
        if image in wanted
        for name, file in resources.build_context(image).items()
    }


def generated_files(
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


def digest(context: BuildContext) -> str:
    """A digest that shows whether the files of build contexts are still those that were written."""
    return _digest({name: data for name, (data, _) in context.items()})


def _digest(files: Mapping[str, bytes]) -> str:
    parts = (part for name in sorted(files) for part in (name.encode(), hashlib.sha256(files[name]).digest()))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def differences(state: State, directory: Path) -> Iterator[tuple[str, str]]:
    """Where the record and the build contexts differ from what this devpool writes: (the file, the problem).

    `missing` reports missing files.

    Args:
        state: the record, which has the version that wrote them.
        directory: the project directory.
    """
    on_disk = dict(_on_disk(directory))
    unsafe = dict(_below_the_floor(on_disk))
    yield from unsafe.items()
    if state.devpool != __version__:
        yield STATE, f"was written by {_version(state)}, this is {__version__}: `devpool enable` updates it"
    wanted = _contexts_of(state)
    told = {name: data for name, data in on_disk.items() if data is not None}
    untouched = len(told) == len(on_disk) and _digest(told) == state.context
    cause = f"is from {_version(state)}" if untouched else "was changed since enable" if state.context else "differs"
    for name in sorted(on_disk):
        if name not in wanted:
            yield name, "is not one of devpool's files: `devpool enable` removes it"
        elif on_disk[name] is None:
            yield name, f"is not a regular file: remove it, and {_ANEW}"
        elif on_disk[name] != wanted[name][0] and name not in unsafe:
            yield name, f"{cause}: {_ANEW}"


def _below_the_floor(found: Mapping[str, bytes | None]) -> Iterator[tuple[str, str]]:
    """What matters most of an older build context: that its image may have a PgBouncer which is not safe."""
    name = f"{BUILD_CONTEXT}/Dockerfile"
    told = re.search(rb"devpool\.pgbouncer\.floor=(\d+(?:\.\d+)*)", found.get(name) or b"")
    if told and version(told[1].decode()) < FLOOR:
        safe = ".".join(map(str, FLOOR))
        yield (
            name,
            f"accepts PgBouncer {told[1].decode()}; before {safe}, one user's password opens every account "
            f"(CVE-2026-107350): {_ANEW}",
        )


def _contexts_of(state: State) -> BuildContext:
    return context_files(pooler=not state.options.image, exporter=any(p.exporter for p in state.poolers))


def _version(state: State) -> str:
    return f"devpool {state.devpool}" if state.devpool else "an older devpool"


def _on_disk(directory: Path) -> Iterator[tuple[str, bytes | None]]:
    """The files in the build contexts, without following links; None for one that is not a readable file, and for a
    context that is not a folder or holds far more than devpool writes.
    """
    left = write_devpool_files.LARGEST
    for context in (BUILD_CONTEXT, EXPORTER_CONTEXT):
        try:
            paths = real_folders.below(directory, directory / context)[1]
        except DevpoolError:
            yield context, None
            continue
        for path in paths:
            try:
                data = write_devpool_files.read(directory, path, left)
            except DevpoolError:
                data = None
            left -= len(data or b"")
            yield path.relative_to(directory).as_posix(), data


def missing(directory: Path, state: State) -> dict[str, str]:
    """The missing parts of an enabled project's `.devpool/`, as in a fresh clone, each with its consequence.

    Args:
        directory: the project directory.
        state: the record, or what it would say.
    """
    gone = {} if (directory / STATE).exists() else {STATE: f"is missing: {RESTORES}"}
    wanted = _contexts_of(state)
    for folder in IMAGES:
        names = [name.removeprefix(f"{folder}/") for name in wanted if name.startswith(f"{folder}/")]
        lost = [name for name in names if not (directory / folder / name).is_file()]
        if lost:
            what = f"lacks {', '.join(lost)}" if (directory / folder).is_dir() else "is missing"
            gone[folder] = f"{what}, and `docker compose build` needs it: {RESTORES}"
    return gone
