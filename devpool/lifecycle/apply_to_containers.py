"""Updates the running containers after enable and disable; if that fails, restores the files too."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from devpool.commit import commit_file, write_user_files
from devpool.commit.journal import commit
from devpool.commit.lock import locked
from devpool.commit.recovery import recover
from devpool.commit.write_user_files import FileChange
from devpool.context import Context
from devpool.decide.plan import Plan
from devpool.docker.containers import Stack
from devpool.docker.leftovers import Present, halfway, present, remove_created
from devpool.docker.removal import left_services
from devpool.errors import DevpoolError
from devpool.lifecycle.build_disable import Rollback, build_disable
from devpool.lifecycle.change_set import ChangeSet
from devpool.lifecycle.container_plan import databases_of
from devpool.lifecycle.plan_report import change_lines, written_lines
from devpool.lifecycle.rollout import (
    Running,
    connection_lines,
    prove_live,
    remove_services,
    restart_apps,
    start_poolers,
    still_at,
    taken_back,
    uninterrupted,
)
from devpool.load.locate import project_directory
from devpool.measurements.routes import Connections
from devpool.undo.state import State


class Follow:
    """Makes the running containers follow the files.

    Args:
        ctx: the command's context.
        stack: the project's containers.

    Attributes:
        running: the containers that ran before the files change, by service.
    """

    def __init__(self, ctx: Context, stack: Stack) -> None:
        self.ctx = ctx
        self.stack = stack
        self.running: Running = stack.running()

    def enabled(
        self,
        prepared: ChangeSet,
        directory: Path,
        before: State | None,
        *,
        everything: bool,
        recreate_pending: bool = False,
    ) -> list[Connections]:
        """Write the files, start the poolers, recreate the apps, and return the apps' connections.

        Args:
            prepared: the changes to the files.
            directory: the project directory.
            before: the record of the previous enable; None if there was none.
            everything: whether to start what is needed if nothing is running.
            recreate_pending: whether to recreate a running database for an edit of the user's, too.

        Raises:
            DevpoolError: `pooler-not-built`, `pooler-unhealthy`, `old-address`, after everything is undone.
        """
        plan = prepared.plan
        assert plan, "enable has one"
        changes = prepared.changes()
        databases = databases_of(prepared)
        to_run = {*plan.apps, *databases}
        before_start = present(self.stack, to_run) if self.running or everything else None
        with self._alone(directory, changes), taken_back(lambda: self._take_back(plan.apps, before_start)):
            self.ctx.output.warnings(prepared.commit(directory))
            self.ctx.output.lines(*written_lines(prepared))
            if not (self.running or everything):
                return []
            remove_services(self.stack, gone(before, plan), self.ctx.output)
            start_poolers(self.stack, plan, databases, self.ctx.output, recreate_pending=recreate_pending)
            restarted = restart_apps(self.stack, plan.apps, self.running, self.ctx.output)
            if everything and not self.running:
                apps = ", ".join(plan.apps)
                with self.ctx.output.doing(f"starting {apps}, waiting until they are healthy"):
                    self.stack.up(plan.apps, wait=True, deps=True)
                self.ctx.output.progress(f"started {apps}")
                restarted = plan.apps
            return self._show_live(plan, restarted)

    def disabled(self, rollback: Rollback, directory: Path) -> None:
        """Write the files, recreate the apps and remove the poolers. If recreating the apps fails, restore the files. A
        pooler that cannot be removed is left for the next disable.

        Raises:
            DevpoolError: what `commit` and the engine raise, after files and containers are restored.
        """
        changes = rollback.prepared.changes()
        apps = list(rollback.apps)
        inverses = [write_user_files.inverse(change) for change in changes]
        with self._alone(directory, changes):
            with taken_back(lambda: self._forward_again(inverses, directory, apps)):
                self.ctx.output.warnings(rollback.prepared.commit(directory))
                self.ctx.output.lines(*change_lines(rollback.prepared))
                restart_apps(self.stack, apps, self.running, self.ctx.output)
            self._remove(rollback)

    def finished(self) -> list[str]:
        """Finish a disable that was killed: recreate the apps that still use poolers that are in no file any more,
        remove these poolers, and return their names.
        """
        left = left_services(self.stack)
        poolers = left.get("pooler", [])
        names = list(dict.fromkeys([*left.get("exporter", []), *poolers]))
        if poolers:
            begun = [service for service in halfway(self.stack) if service in self.stack.declared]
            apps = dict.fromkeys([*still_at(self.stack.inspected(), poolers), *begun])
            restart_apps(self.stack, [a for a in apps if a not in names], self.running, self.ctx.output)
        remove_services(self.stack, names, self.ctx.output)
        return names

    def _alone(self, directory: Path, changes: list[FileChange]) -> AbstractContextManager[None]:
        """Keeps other devpool processes from changing the project until its containers are updated. If no file changes,
        there is no lock, because the folder may be read-only.
        """
        return locked(directory) if changes else nullcontext()

    def _remove(self, rollback: Rollback) -> None:
        try:
            with uninterrupted():
                remove_services(self.stack, rollback.services, self.ctx.output)
        except DevpoolError as error:
            self.ctx.output.warning(error)
            self.ctx.output.progress("the project is direct; run `devpool disable` again to remove the rest")

    def _forward_again(self, inverses: list[FileChange], directory: Path, apps: list[str]) -> None:
        """Restores files and containers as they were before disable."""
        self.ctx.output.progress("undoing everything: the pooler stays")
        try:
            recover(directory)
            self.stack.look_again()
            still = [change for change in inverses if commit_file.read(directory, change.path) == change.before]
            self.ctx.output.warnings(commit(directory, still))
            restart_apps(self.stack, apps, self.running, self.ctx.output)
            self.ctx.output.progress("undid everything: the pooler stays")
        except DevpoolError as error:
            self.ctx.output.warning(error)

    def _show_live(self, plan: Plan, restarted: list[str]) -> list[Connections]:
        with self.ctx.output.doing("waiting for the connections of the apps"):
            shown = prove_live(self.stack, plan, restarted, self.running) if restarted else []
        pooled = {(r.service, r.database) for r in plan.routes if r.pooled}
        if shown:
            self.ctx.output.lines("", "connections now:", *(f"  {line}" for line in connection_lines(shown, pooled)))
        return shown

    def _take_back(self, apps: list[str], before: Present | None) -> None:
        """Restores files and containers. A failure here is a warning, so that it does not hide the first one.

        Args:
            apps: the apps that were to be pooled.
            before: what the engine had of the project; None where nothing is started.
        """
        self.ctx.output.progress("undoing everything")
        try:
            directory = project_directory(self.ctx.selection, self.ctx.cwd, self.ctx.shell)
            recover(directory)
            self.stack.look_again()
            rollback = build_disable(self.ctx.selection, self.ctx.cwd, self.ctx.shell)
            if rollback is not None:
                self.ctx.output.warnings(rollback.prepared.commit(directory))
                restart_apps(self.stack, apps, self.running, self.ctx.output)
                remove_services(self.stack, rollback.services, self.ctx.output)
            if before:
                remove_created(self.stack, before, self.running)
            self.ctx.output.progress("undid everything")
        except DevpoolError as error:
            self.ctx.output.warning(error)


def gone(before: State | None, plan: Plan) -> list[str]:
    """The previous exporters that are no longer wanted, and their poolers: these are recreated in any case, and Compose
    would leave the volume that the two share.
    """
    poolers = [p for p in before.poolers if p.exporter and p.exporter not in plan.added] if before else []
    return [name for p in poolers for name in (p.exporter, p.name)]
