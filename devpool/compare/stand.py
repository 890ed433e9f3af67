"""What a run of the command stands on: Compose's model of its way, poolers, and throw-away databases.

The containers stand in the project's own networks, beside what runs there, each with the label by which it is removed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from devpool import resources
from devpool.commit import disk
from devpool.commit.write_user_files import discard
from devpool.compare.fresh_database import start_fresh
from devpool.compare.leftovers import image_of, remove_image, remove_own
from devpool.compare.variant_model import Existing, Wanted, is_name, variant
from devpool.compare.ways import Route
from devpool.docker.compose_oracle import call_for
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.pooler_start import build_poolers, unhealthy
from devpool.lifecycle.rollout import uninterrupted
from devpool.model.sources import Selection
from devpool.output import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What runs for a run of the command: the containers by the model of its way, the databases and poolers among them,
    and the addresses of all containers that are not the comparison's.
    """

    stack: Stack
    databases: tuple[RunningContainer, ...]
    poolers: tuple[RunningContainer, ...]
    known: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Makes it.

    Attributes:
        opened: the project.
        output: what gets the progress.
        service: the app.
        fresh: whether each run gets databases of its own.
        holder: the comparison's private folder, which its label names.
        note: the file that tells later commands of the comparison.
    """

    opened: OpenProject
    output: Output
    service: str
    fresh: bool
    holder: Path
    note: Path

    @contextmanager
    def removed_in_the_end(self) -> Iterator[None]:
        """Removes in the end all that the comparison made."""
        try:
            yield
        finally:
            with uninterrupted():
                remove_own(self.opened.stack, str(self.holder))
                remove_image(self.opened.stack)
                discard(str(self.note))

    @contextmanager
    def standing(self, route: Route, number: int) -> Iterator[Standing]:
        """What a run needs, until the end of the block.

        Args:
            route: its way.
            number: the run's.

        Raises:
            DevpoolError: `pooler-unhealthy`, `database-not-ready`, `not-copied`, and what the engine raises.
        """
        stack = self.stack(route, number)
        known = {a for container in self.opened.stack.inspected().values() for c in container for a in c.addresses}
        try:
            yield Standing(
                stack=stack,
                databases=tuple(self._databases(stack, route)),
                poolers=tuple(self._poolers(stack, route)),
                known=frozenset(known),
            )
        finally:
            with uninterrupted():
                remove_own(self.opened.stack, str(self.holder))

    def stack(self, route: Route, number: int) -> Stack:
        """The project's containers, by the model of a way."""
        databases = self.opened.without_devpool.databases
        own = self.opened.stack
        model = variant(
            route.model,
            Wanted(
                service=self.service,
                poolers=route.poolers,
                image=image_of(own),
                context=str(self._context),
                holder=str(self.holder),
                fresh={d: {h for h in databases[d].hosts if is_name(h)} for d in route.databases if self.fresh},
                existing=self._existing(),
            ),
        )
        file = self.holder / f"{number}.json"
        with disk.reporting(file), file.open("w", encoding="utf-8") as opened:
            json.dump(model, opened)
        directory = str(self.opened.directory)
        selection = Selection(files=(str(file),), project_directory=directory, project_name=own.name)
        call = call_for(selection, directory)
        # The project's own containers are in its model, not in this one; that is no reason to offer their removal.
        return Stack(replace(call, environ={**call.environ, "COMPOSE_IGNORE_ORPHANS": "true"}), None, lambda: model)

    @property
    def _context(self) -> Path:
        return self.holder / "pgbouncer"

    def _existing(self) -> Existing:
        ask = self.opened.stack.docker
        return Existing(
            networks=frozenset(ask("network", "ls", "--format={{.Name}}").split()),
            volumes=frozenset(ask("volume", "ls", "--format={{.Name}}").split()),
        )

    def _databases(self, stack: Stack, route: Route) -> list[RunningContainer]:
        running = self.opened.stack.inspected()
        own = [running[name][0] for name in route.databases if name in running]
        return [start_fresh(stack, source, self.output) for source in own] if self.fresh else own

    def _poolers(self, stack: Stack, route: Route) -> list[RunningContainer]:
        if not route.poolers:
            return []
        self._build(stack, route)
        try:
            with self.output.doing(f"starting the pooler ({route.name}), waiting until a query succeeds"):
                stack.up(route.poolers, wait=True)
        except DevpoolError as error:
            sentence = f"the pooler for the comparison ({route.name}) did not become healthy"
            raise unhealthy(stack, route.poolers, error, sentence) from None
        stack.look_again()
        return [stack.inspected()[name][0] for name in route.poolers]

    def _build(self, stack: Stack, route: Route) -> None:
        """Build the image of the poolers, once in a comparison, but for those that have one of the user's."""
        names = [name for name in route.poolers if "build" in route.model["services"][name]]
        if self._context.exists() or not names:
            return
        for name, (data, mode) in resources.build_context("pgbouncer").items():
            path = self._context / name
            with disk.reporting(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                    file.write(data)
        build_poolers(stack, names[:1], self.output, called="the pooler")
