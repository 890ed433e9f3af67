"""A small project on the disk, and enable without Compose's proof: what the tests of this package share."""

from __future__ import annotations

from pathlib import Path

from devpool.context import Context
from devpool.decide.options import Options
from devpool.lifecycle.change_set import ChangeSet
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.prepare_enable import prepare_enable
from devpool.model.sources import Selection
from devpool.output import Output
from devpool.undo.state import State

SHOP = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: sesame}
  web:
    image: app
    environment:
      DATABASE_URL: postgres://postgres:sesame@db:5432/shop
    depends_on: [db]
"""
BY_ENV_FILE = SHOP[: SHOP.index("    environment:\n")] + "    env_file: app.env\n"
ENV = "DATABASE_URL=postgres://postgres:sesame@db:5432/shop\n"


def written(directory: Path, text: str = SHOP, **files: str) -> Path:
    """A project directory with a compose file, and further files by their names with `_` for a dot."""
    directory.mkdir(exist_ok=True)
    (directory / "compose.yml").write_text(text)
    for name, data in files.items():
        (directory / name.replace("_", ".")).write_text(data)
    return directory


def opened(directory: Path, **selection: object) -> OpenProject:
    """The project as a command that starts now sees it."""
    return OpenProject(Selection(**selection), directory, {})  # type: ignore[arg-type]


def context(directory: Path) -> Context:
    """The context of a command in a directory."""
    return Context(selection=Selection(), cwd=directory, shell={}, output=Output())


def planned_change(directory: Path, **options: object) -> ChangeSet:
    """What enable would write."""
    project = opened(directory, swarm="swarm" in options)
    return prepare_enable(project, Options(**options), verify=False)  # type: ignore[arg-type]


def enable(directory: Path, **options: object) -> ChangeSet:
    """Write what enable writes."""
    change = planned_change(directory, **options)
    assert change.commit(directory) == []
    return change


def state_of(directory: Path) -> State:
    """The record of an enabled project."""
    state = opened(directory).record
    assert state is not None
    return state
