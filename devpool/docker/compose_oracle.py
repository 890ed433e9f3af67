"""Compose's model of the project before and after a change, made before any file of the user's is written.

Both models come from a mirror of the project in a private temporary folder: the files that devpool read,
in their folders, with links to everything beside them. The mirror has the same paths both times, so that
service hashes, which contain absolute paths, can be compared.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devpool.commit.disk import reporting
from devpool.commit.private_folder import private_folder
from devpool.docker.compose_reading import Asked, read_compose
from devpool.docker.engine import Call, environ
from devpool.docker.questions import Question
from devpool.docker.stack_reading import AskedStack
from devpool.errors import DevpoolError, ProofError
from devpool.model.remote_files import NOTHING_FETCHED, may_name_files
from devpool.model.sources import ProjectFiles, Reading, Selection

if TYPE_CHECKING:
    from devpool.model.sources import Sources

_VARIABLE = rb"\$\{?([A-Za-z_][A-Za-z0-9_]*)"


class Oracle:
    """Compose computing its model of a project in parallel with the caller.

    It starts as soon as the project's files are found. If a compose file may name more files, it waits until
    these have been read as well.

    Args:
        root: where the mirror of the files is.
        found: the project's files.
    """

    def __init__(self, root: Path, files: ProjectFiles) -> None:
        self._root = root
        self._files: ProjectFiles | Sources = files
        self._call = call_for(files.selection, files.cwd, root)
        self._asked = None if _may_name_more(files) else _ask(self._call)

    def complete(self, sources: Sources) -> None:
        """The project is read: ask Compose if that is not done, or was done with too few files."""
        if self._asked is None or self._files.originals.keys() != sources.originals.keys():
            self.close()
            _mirror(self._root, sources)
            self._asked = _ask(self._call)
        self._files = sources

    def begin(self, after: Mapping[str, bytes]) -> Callable[[], tuple[Reading, Reading]]:
        """Wait for the model before the change, and start on the model after it in parallel.

        Args:
            after: the new bytes of the files that change and of new env files, by absolute path.

        Returns:
            What waits for the second and gives both. It raises `result-refused`, where Compose does not accept it.

        Raises:
            DevpoolError: `compose-refuses`, `no-docker-cli`, `no-compose-plugin`.
        """
        assert self._asked, "the project is read before it is edited"
        with _users_words(self._root, self._files):
            before = self._asked.reading()
        for path, data in after.items():
            _put(self._root, path, data)
        self._asked = asked = _ask(self._call)

        def both() -> tuple[Reading, Reading]:
            try:
                with _users_words(self._root, self._files):
                    return before, asked.reading()
            except DevpoolError as error:
                raise ProofError("result-refused", f"the result would not be accepted: {error.message}") from None

        return both

    def close(self) -> None:
        """Stop what nobody has waited for."""
        if self._asked:
            self._asked.close()


def _ask(call: Call, *, hashes: bool = True) -> Asked | AskedStack:
    return AskedStack(call) if call.stack else Asked(call, hashes=hashes)


def _may_name_more(files: ProjectFiles) -> bool:
    """Whether a file may name another one, or an env file, that devpool reads; what is remote is then refused first."""
    return any(b"env_file" in data or may_name_files(data) for data in files.originals.values())


@contextmanager
def asked(files: ProjectFiles) -> Iterator[Oracle]:
    """Compose, computing the model of a project whose files have been found."""
    with mirrored(files) as root, closing(Oracle(root, files)) as oracle:
        yield oracle


def reading_after(sources: Sources, after: Mapping[str, bytes]) -> Reading:
    """Compose's model of the project as it would be.

    Raises:
        DevpoolError: `compose-refuses` where it would not be accepted, `no-docker-cli`, `no-compose-plugin`.
    """
    with mirrored(sources) as root:
        for path, data in after.items():
            _put(root, path, data)
        call = call_for(sources.selection, sources.cwd, root)
        with _users_words(root, sources), closing(_ask(call, hashes=False)) as begun:
            return begun.reading()


def models(sources: Sources, after: Mapping[str, bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Compose's models of the project as it is and as it would be, wholly resolved, with the user's own paths.

    Raises:
        DevpoolError: as `reading_after`.
    """
    with mirrored(sources) as root, _users_words(root, sources):
        call, models = call_for(sources.selection, sources.cwd, root), []
        for files in ({}, after):
            for path, data in files.items():
                _put(root, path, data)
            # The mirror has a name that nothing else has.
            models.append(json.loads(json.dumps(read_compose(call).model, ensure_ascii=False).replace(str(root), "")))
        return models[0], models[1]


@contextmanager
def _users_words(root: Path, files: ProjectFiles | Sources) -> Iterator[None]:
    """Replace the mirror's paths in Compose's messages by the user's, and remove values quoted from the files."""
    try:
        yield
    except DevpoolError as error:
        if error.code == "stack-cli-too-old":
            raise  # it says nothing of the files
        error.message, error.said = (text.replace(str(root), "") for text in (error.message, error.said))
        error.details = tuple(line.replace(str(root), "") for line in error.details)
        raise quoting_nothing(error, files) from None


def quoting_nothing(error: DevpoolError, files: ProjectFiles | Sources) -> DevpoolError:
    """A Compose error without the values that it quotes from the files and from the shell variables that they name."""
    from devpool.redact.masked_files import withheld  # there is hardly ever an error

    env = [path for group in files.dotenv for path in ([group] if isinstance(group, str) else group)]
    env += getattr(files, "env_files", ())
    read = [(path, data, path in env) for path, data in files.originals.items()]
    values = _of_shell(files)
    error.message, error.said = (withheld(text, read, values) for text in (error.message, error.said))
    error.details = tuple(withheld(line, read, values) for line in error.details)
    return error


def _of_shell(files: ProjectFiles | Sources) -> list[str]:
    """The values of the shell variables that the files interpolate."""
    shell = environ()
    names = {name.decode() for data in files.originals.values() for name in re.findall(_VARIABLE, data)}
    return [shell[name] for name in sorted(names & shell.keys())]


@contextmanager
def mirrored(files: ProjectFiles | Sources) -> Iterator[Path]:
    """A mirror of the project. It is private and removed at the end."""
    with private_folder() as root:
        _mirror(root, files)
        yield root


def _mirror(root: Path, files: ProjectFiles | Sources) -> None:
    for path, data in files.originals.items():
        _put(root, path, data)
    holding = {Path(p).parent for p in (*files.originals, f"{files.directory}/x")}
    if any(b"../" in data for data in files.originals.values()):
        holding |= {above for folder in holding for above in folder.parents}
    for folder in sorted(holding, key=lambda path: len(path.parts), reverse=True):
        _link_siblings(root, folder)
    _make_folder(root, _inside(root, files.cwd))


def call_for(selection: Selection, cwd: str, root: Path | None = None) -> Call:
    """How to call Compose for a project, or for its mirror below `root`. It must fetch nothing unless the user
    has allowed it.
    """
    variables = environ() | ({} if selection.allow_remote else NOTHING_FETCHED)
    arguments = tuple(selection.arguments())
    if root is None:
        return Call(
            arguments=arguments, cwd=cwd, environ=variables, fetches=selection.allow_remote, stack=selection.swarm
        )
    for name in ("COMPOSE_FILE", "COMPOSE_ENV_FILES"):
        if name in variables:
            variables[name] = _mapped(root, variables[name], "," if name == "COMPOSE_ENV_FILES" else os.pathsep)
    mapped = tuple(str(_inside(root, a)) if a.startswith("/") else a for a in arguments)
    return Call(
        arguments=mapped,
        cwd=str(_inside(root, cwd)),
        environ=variables,
        fetches=selection.allow_remote,
        stack=selection.swarm,
    )


def _mapped(root: Path, names: str, separator: str) -> str:
    return separator.join(str(_inside(root, n)) if n.startswith("/") else n for n in names.split(separator))


def _inside(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def _put(root: Path, path: str, data: bytes) -> None:
    target = _inside(root, path)
    with reporting(target):
        _make_folder(root, target.parent)
        if target.is_symlink():
            target.unlink()
        target.write_bytes(data)


def _make_folder(root: Path, folder: Path) -> None:
    """A real folder in the mirror: a link on the way is replaced, or the user's own folder would be written to."""
    for step in [*reversed(folder.relative_to(root).parents), folder.relative_to(root)]:
        part = root / step
        if part.is_symlink():
            real = part.resolve()
            part.unlink()
            part.mkdir()
            for child in real.iterdir():
                (part / child.name).symlink_to(child)
        else:
            part.mkdir(exist_ok=True)


def _link_siblings(root: Path, folder: Path) -> None:
    if not folder.is_dir():
        return
    mirror = _inside(root, str(folder))
    _make_folder(root, mirror)
    for sibling in folder.iterdir():
        target = mirror / sibling.name
        if not target.exists() and not target.is_symlink() and sibling != root:
            target.symlink_to(sibling)


def compose_version() -> Question[str]:
    """The question for Compose's version, for instance `2.40.3`. It reads no file of a project."""
    command = ["docker", "compose", "version", "--short"]
    return Question(command=command, cwd="/", environ=None, read=lambda text: text.strip().removeprefix("v"))
