"""What is known of an application: each folder's `app.py` has one `APP`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.load import Work
    from apps.project import AppProject

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One application.

    Attributes:
        title: its name.
        driver: how it connects to Postgres.
        source: where its own documentation says how to run it under Compose.
        images: the images of its compose file that are made here, and below which folder each is.
        version: a service, and the command there whose output has the version.
        routes: the route that each of its services has to take without an option.
        why: what the routes and options stand on, for the page of compatibility.
        user, database: how the superuser of its Postgres logs in, and to which database.
        server: the service that is its Postgres.
        rows: a query that counts what the work has written.
        prepare: what has to be done once, before the work.
        client: makes the work of one client.
        options: what `enable` itself tells to add, as options of `enable`.
        change: what `enable` itself tells to change: a file, a text in it, and what it becomes.
        finds: regular expressions, one for each warning that `check` has to give; `check: service: message`.
        migrate: what `devpool migrate` is given; empty where there is nothing to migrate with.
        clients: how many work at the same time.
        connects_anew: whether each piece of work has a connection of its own: Postgres then holds few at once, and a
            pool as many as its size allows.
        restarts: services that are restarted once their database was replaced, because they do not listen again, or end
            and come back late.
        reacts: the seconds that something takes which waits for a notification of Postgres; None where nothing does.
    """

    title: str
    driver: str
    source: str
    images: Mapping[str, str]
    version: tuple[str, ...]
    routes: Mapping[str, str]
    why: str = ""
    user: str
    database: str
    server: str = "db"
    rows: str
    client: Callable[[AppProject], Work]
    prepare: Callable[[AppProject], None] = lambda project: None
    options: tuple[str, ...] = ()
    change: tuple[str, str, str] | None = None
    finds: tuple[str, ...] = field(default=())
    migrate: tuple[str, ...] = ()
    clients: int = 30
    connects_anew: bool = False
    restarts: tuple[str, ...] = ()
    reacts: Callable[[AppProject], float] | None = None


def names() -> list[str]:
    """The applications there are."""
    return sorted(path.parent.name for path in FOLDER.glob("*/app.py"))


def load(name: str) -> App:
    """The application of a folder."""
    app = importlib.import_module(f"apps.{name}.app").APP
    assert isinstance(app, App)
    return app
