"""Reads the user's folders: what a service is built from and mounts, and the scripts that it starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devpool.load.root import is_inside
from devpool.model.container_start import Start, StartText, called, of_dockerfile, script_calls
from devpool.model.paths import resolve_path
from devpool.model.services import Service
from devpool.model.tool_detection import patterns, scripts
from devpool.text import nodes
from devpool.text.nodes import ScalarNode

_LONGEST = 100_000  # bytes of a file that are looked at
_MOST = 3  # files of one pattern


def folders(service: Service, root: Path) -> list[str]:
    """The folders that a service is built from and that it mounts, each once; none outside the project's root."""
    listed = [*contexts(service), *mounts(service)]
    return [folder for folder in dict.fromkeys(listed) if is_inside(folder, root) and is_folder(Path(folder))]


def files_in(folder: str, root: Path) -> dict[str, str]:
    """The texts of the files that reveal a migration tool, by path below the folder."""
    start = Path(folder)
    texts: dict[str, str] = {}
    for pattern in patterns():
        for path in sorted(start.glob(pattern))[:_MOST]:
            text = beginning_of(path, root)
            texts |= {str(path.relative_to(start)): text} if text is not None else {}
    return texts


def start_of(service: Service, root: Path) -> Start:
    """What a service starts: from its files, else its Dockerfile, with the scripts that are called."""
    places = _Places(folders(service, root), root)
    entrypoint, command = service.words("entrypoint"), service.words("command")
    built = of_dockerfile(*dockerfile_of(service, root))
    whose = ("its entrypoint", "its command")
    if not entrypoint:
        whose = ("the ENTRYPOINT of its Dockerfile" if built[0] else whose[0], whose[1])
        # Compose's `entrypoint` takes the image's CMD away too (Compose specification, "entrypoint").
        command, whose = (command, whose) if command else (built[1], (whose[0], "the CMD of its Dockerfile"))
        entrypoint = built[0]
    return Start(
        entrypoint=tuple(_pieces(whose[0], entrypoint, places)), command=tuple(_pieces(whose[1], command, places))
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """The folders that a container is built from, and the project's root."""

    folders: list[str]
    root: Path


def _pieces(where: str, text: str, places: _Places) -> Iterator[StartText]:
    if not text:
        return
    yield StartText(where=where, text=text)
    for word in called(text):
        for script in _scripts(word, places):
            yield script
            yield from _package_scripts(script.text, places)
    yield from _package_scripts(text, places)


def _scripts(word: str, places: _Places) -> Iterator[StartText]:
    """The script that a path in a container means, looked for in the folders that the container is made of."""
    parts = [part for part in word.split("/") if part not in ("", ".", "..")]
    tails = ["/".join(parts[n:]) for n in range(len(parts))]
    tails += [f"{folder}/{parts[-1]}" for folder in ("docker", "scripts", "bin", "deploy") if parts]
    for tail in tails:
        for place in places.folders:
            text = beginning_of(Path(place) / tail, places.root)
            if text and (text.startswith("#!") or tail.endswith((".sh", ".bash"))):
                lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
                yield StartText(where=tail, text="\n".join(lines))
                return


def _package_scripts(text: str, places: _Places) -> Iterator[StartText]:
    for name in script_calls(text):
        for place in places.folders:
            known = scripts(beginning_of(Path(place) / "package.json", places.root) or "")
            for each in (f"pre{name}", name):
                if each in known:
                    yield StartText(where=f"the script {each} in package.json", text=known[each])


def dockerfile_of(service: Service, root: Path) -> tuple[str, str]:
    """The text of a service's Dockerfile and the stage that is built; "" where there is none to read."""
    context = next(contexts(service), "")
    build = [s.value for s in service.statements("build") if isinstance(s.value, nodes.MappingNode)]
    said = {key: service.deep_texts(entry.value) for node in build for key, entry in nodes.entries(node).items()}
    if "dockerfile_inline" in said:
        return said["dockerfile_inline"][0], ""
    name = next(iter(said.get("dockerfile", [])), "Dockerfile")
    text = beginning_of(Path(resolve_path(context, name)), root) if context else None
    return text or "", next(iter(said.get("target", [])), "")


def contexts(service: Service) -> Iterator[str]:
    """The folders that a service is built from, as the strongest file says it first."""
    for statement in reversed(service.statements("build")):
        value = statement.value
        node = nodes.lookup(value, "context") if isinstance(value, nodes.MappingNode) else value
        context = nodes.resolved(node) if node else None
        if isinstance(context, ScalarNode):
            yield resolve_path(statement.document.directory, service.read(context))


def mounts(service: Service) -> Iterator[str]:
    """The folders of bind mounts, in the short form and in the long one."""
    for statement in service.statements("volumes"):
        items = statement.value.items if isinstance(statement.value, nodes.SequenceNode) else ()
        for item in map(nodes.resolved, items):
            source = nodes.lookup(item, "source") if isinstance(item, nodes.MappingNode) else None
            texts = service.texts(source) if source else service.texts(item) if isinstance(item, ScalarNode) else []
            for text in texts:
                if text.startswith((".", "/")):
                    yield resolve_path(statement.document.directory, text.split(":")[0])


def is_folder(path: Path) -> bool:
    """Whether there is a folder; one that cannot be read reveals nothing."""
    try:
        return path.is_dir()
    except OSError:
        return False


def beginning_of(path: Path, root: Path, most: int = _LONGEST) -> str | None:
    """The beginning of a file, of so many bytes; None where there is none that can be read. What cannot be read tells
    nothing, and what a symlink shows of elsewhere is nothing of the project's.
    """
    try:
        if not path.is_file() or not is_inside(str(path), root):
            return None
        with path.open("rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
