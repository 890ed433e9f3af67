"""Projects in a folder of a test: files are written, and read as every command reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from devpool.load.locate import find_project
from devpool.load.read_project import read_project
from devpool.model.build_model import read_model
from devpool.model.project import Project
from devpool.model.sources import Selection, Sources


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, named by their paths below a folder, which is given back."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def read(folder: Path, shell: Mapping[str, str] | None = None, **selection: object) -> Sources:
    """What reading the project of a folder gives."""
    chosen = Selection(**selection)  # type: ignore[arg-type]
    return read_project(find_project(chosen, folder, shell or {}))


def project(folder: Path, files: Mapping[str, str | bytes]) -> Project:
    """The model of these files, which are written first."""
    return read_model(read(write(folder, files)))
