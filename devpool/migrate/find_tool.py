"""Looking for the migration tool: in the folders of the services first, then inside their images."""

from __future__ import annotations

import re

from devpool.context import Context
from devpool.docker.containers import Stack
from devpool.docker.database_ready import build_missing
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.load import bounded_read
from devpool.load.container_files import files_in, folders, start_of
from devpool.load.root import is_inside
from devpool.migrate.choose_migration import AppFiles, Migration, apps_of, find
from devpool.migrate.team_settings import Fixed, fixed_by_compose, fixed_by_pyproject
from devpool.model.paths import relative
from devpool.model.tool_detection import patterns

_LONGEST = 20_000  # bytes of a file that are looked at
_MARK = "\x1e"  # ASCII's record separator: no file that is looked at has it in a line of its own


def team(opened: OpenProject) -> Fixed | None:
    """What the team fixed.

    Raises:
        DevpoolError: `bad-team-setting`, `not-toml`, `cannot-read`.
    """
    fixed = fixed_by_compose(opened.without_devpool.sources.documents)
    path = opened.directory / "pyproject.toml"
    # A file outside the project that a link points to is not the team's configuration.
    if fixed is None and is_inside(str(path), opened.root) and bounded_read.is_file(path):
        return fixed_by_pyproject(bounded_read.read(path).decode("utf-8", "replace"), str(path))
    return fixed


def search(ctx: Context, opened: OpenProject, chosen: str | None) -> tuple[list[str], Migration | None]:
    """The services that were searched, and the migration that was found.

    Raises:
        DevpoolError: `which-migration`, and what docker raises.
    """
    services = opened.without_devpool.services
    names = [chosen] if chosen else apps_of(opened.without_devpool)
    read = {n: AppFiles(start=start_of(services[n], opened.root), folders=_read(opened, n)) for n in names}
    migration = find(opened.without_devpool, chosen, read)
    if migration is None and names and not opened.selection.swarm:
        stack, words = opened.stack, ", ".join(names)
        stack.refuse_others()
        for name in names:
            build_missing(stack, services[name], ctx.output)
        with ctx.output.doing(f"no migration tool found in the folders: looking inside {words}"):
            inside = {n: AppFiles(start=read[n].start, folders=_look_inside(stack, n)) for n in names}
        ctx.output.progress(f"no migration tool found in the folders: looked inside {words}")
        migration = find(opened.without_devpool, chosen, inside)
    return names, migration


def _read(opened: OpenProject, name: str) -> dict[str, dict[str, str]]:
    directory = str(opened.directory)
    places = folders(opened.without_devpool.services[name], opened.root)
    return {relative(folder, directory): files_in(folder, opened.root) for folder in places}


def _look_inside(stack: Stack, name: str) -> dict[str, dict[str, str]]:
    """The files in the working directory of a service's image; none where it has no shell to look with.

    Raises:
        DevpoolError: what docker raises but for a command that cannot be run.
    """
    try:
        said = stack.probe(name, script())
    except DevpoolError as error:
        if error.code != "docker-failed":
            raise
        return {}
    folder, files = listing(said)
    return {f"{folder} of the image of {name}": files}


def script() -> str:
    """Prints the working directory, and then each file that tells of a tool: its path and its text."""
    # Patterns contain no spaces, so the shell's word splitting yields them one by one.
    return (
        f"printf '%s\\n' \"$PWD\"; for f in {' '.join(patterns())}; do "
        f'[ -f "$f" ] && printf \'\\n\\036%s\\n\' "$f" && head -c {_LONGEST} "$f"; done; :'
    )


def listing(said: str) -> tuple[str, dict[str, str]]:
    """The working directory and the texts by path."""
    folder, *records = re.split(rf"\n{_MARK}", said)
    pairs = (record.partition("\n")[::2] for record in records)
    return folder.strip(), dict(pairs)
