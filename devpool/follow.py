"""The running project follows its files after enable and disable; where it cannot, the files go back too."""

from __future__ import annotations

from devpool.containers import Running, Stack
from devpool.context import Context
from devpool.errors import DevpoolError
from devpool.journal import commit, recover
from devpool.plan import Plan
from devpool.prepare import prepare_disable
from devpool.prepared import Prepared
from devpool.project import project_directory
from devpool.proof import Connections
from devpool.rollout import (
    connection_lines,
    prove_live,
    remove_poolers,
    restart_apps,
    start_poolers,
    taken_back,
)
from devpool.state import State


class Follow:
    """What runs of a project, looked at before its files change.

    Args:
        ctx: the command's context.
        stack: the project's containers.
        running: those that run, by service.
    """

    def __init__(self, ctx: Context, stack: Stack, running: dict[str, list[Running]]) -> None:
        self.ctx = ctx
        self.stack = stack
        self.running = running

    def enabled(self, prepared: Prepared, *, everything: bool) -> list[Connections]:
        """Start the poolers and recreate the apps; the connections that they have then.

        Args:
            prepared: what enable did to the files.
            everything: whether to start what is needed where nothing runs.

        Raises:
            DevpoolError: `pooler-not-built`, `pooler-unhealthy`, `old-address`; everything is back then.
        """
        plan = prepared.plan
        if plan is None or not (self.running or everything):
            return []
        with taken_back(lambda: self._take_back(plan.apps)):
            start_poolers(self.stack, plan, self.ctx.output)
            restarted = restart_apps(self.stack, plan.apps, self.running, self.ctx.output)
            if everything and not self.running:
                self.ctx.output.progress(f"starting {', '.join(plan.apps)} and waiting until they are healthy")
                self.stack.up(plan.apps, wait=True, deps=True)
                restarted = plan.apps
            return self._show_live(plan, restarted)

    def disabled(self, state: State) -> None:
        """Recreate the apps and remove the poolers."""
        apps = list(dict.fromkeys(r.service for r in state.routes if r.pooled))
        restart_apps(self.stack, apps, self.running, self.ctx.output)
        remove_poolers(self.stack, state, self.ctx.output)

    def _show_live(self, plan: Plan, restarted: list[str]) -> list[Connections]:
        found = prove_live(self.stack, plan, restarted) if restarted else []
        pooled = {(r.service, r.database) for r in plan.routes if r.pooled}
        if found:
            self.ctx.output.lines("", "connections now:", *(f"  {line}" for line in connection_lines(found, pooled)))
        return found

    def _take_back(self, apps: list[str]) -> None:
        """Files and containers as they were before. What fails here is said, and the first failure is not hidden."""
        self.ctx.output.progress("taking everything back")
        try:
            directory = project_directory(self.ctx.selection, self.ctx.cwd, self.ctx.shell)
            recover(directory)
            prepared = prepare_disable(self.ctx.selection, self.ctx.cwd, self.ctx.shell)
            if prepared is not None and prepared.state is not None:
                commit(directory, prepared.changes())
                restart_apps(self.stack, apps, self.running, self.ctx.output)
                remove_poolers(self.stack, prepared.state, self.ctx.output)
                self.stack.stop(s for s in self.stack.running() if s not in self.running)
        except DevpoolError as error:
            self.ctx.output.warning(error)
