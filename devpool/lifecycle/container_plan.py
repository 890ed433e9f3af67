"""What happens to containers, said before it happens: which are created, recreated and removed, and which are left
although an edit of the user's waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from devpool.decide.plan import Plan
from devpool.devpool_folder import BUILD_CONTEXT, EXPORTER_CONTEXT
from devpool.docker.containers import Stack
from devpool.lifecycle.build_disable import Rollback
from devpool.lifecycle.change_set import ChangeSet
from devpool.output import table
from devpool.undo.state import State

RECREATE = "--recreate-pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPlan:
    """What happens to containers.

    Attributes:
        created: the services that get one.
        recreated: the containers that are replaced.
        removed: the containers that are removed.
        pending: containers of databases that are left although Compose would replace them, because an edit that is not
            devpool's waits for them.
    """

    created: tuple[str, ...] = ()
    recreated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """A line for each kind; none where nothing happens."""
        kinds = (("created", self.created), ("recreated", self.recreated), ("removed", self.removed))
        rows = [(f"  {kind}", ", ".join(names)) for kind, names in kinds if names]
        left = f"{', '.join(self.pending)}: the edit of yours that waits for it stays so; {RECREATE} carries it out"
        rows += [("  not recreated", left)] if self.pending else []
        return ["", "containers:", *table(rows)] if rows else []


def planned(
    stack: Stack, prepared: ChangeSet, before: State | None, gone: Iterable[str], *, up: bool, recreate_pending: bool
) -> ContainerPlan:
    """What enable does to containers.

    Args:
        stack: the project's containers.
        prepared: the changes to the files.
        before: the record of the previous enable; None if there was none.
        gone: services of devpool's own that are removed.
        up: whether to start what is needed if nothing is running.
        recreate_pending: whether edits that wait for a database are carried out, too.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    plan, running = prepared.plan, stack.running()
    assert plan and prepared.project, "enable has them"
    removed = set(gone)
    if not running:
        return ContainerPlan(created=(*databases_of(prepared), *plan.added, *plan.apps) if up else ())
    databases = [name for name in databases_of(prepared) if name in running]
    present = [name for name in (*plan.added, *plan.apps) if name in running and name not in removed]
    waiting = stack.pending([*databases, *present])
    touched = touched_services(prepared, before)
    known = {name: [c.name for c in containers] for name, containers in running.items()}
    of_databases = [c for name in databases for c in known[name] if c in waiting]
    replaced = [c for name in present for c in known[name] if name in touched or c in waiting]
    missing = [name for name in databases_of(prepared) if name not in running]
    return ContainerPlan(
        created=(*missing, *(name for name in plan.added if name not in running or name in removed)),
        recreated=(*(of_databases if recreate_pending else ()), *replaced),
        removed=tuple(c for name in removed for c in known.get(name, [])),
        pending=() if recreate_pending else tuple(of_databases),
    )


def planned_back(stack: Stack, rollback: Rollback) -> ContainerPlan:
    """What disable does to containers.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    running = stack.running()
    return ContainerPlan(
        recreated=tuple(c.name for app in rollback.apps for c in running.get(app, [])),
        removed=tuple(c.name for c in stack.own() if c.role and c.service in rollback.services),
    )


def databases_of(prepared: ChangeSet) -> list[str]:
    """The services that the plan's poolers serve."""
    plan, project = prepared.plan, prepared.project
    assert plan and project, "enable has them"
    return [p.database for p in plan.poolers if project.databases[p.database].service]


def touched_services(prepared: ChangeSet, before: State | None) -> set[str]:
    """The services that enable's own edits change, beside what they were before."""
    plan, after = prepared.plan, prepared.state
    assert plan and after, "enable has them"
    every = {*plan.apps, *plan.added}
    if before is None:
        return every
    places = [at for _, at, _ in _edits(before, prepared) ^ _edits(after, prepared)]
    touched = {at[1] for at in places if len(at) > 1 and at[0] == "services"}
    if any(at[:1] != ("services",) for at in places):  # what an env file or an anchor says may reach any app
        touched |= every
    return touched | set(_rebuilt(prepared, plan))


def _edits(state: State, prepared: ChangeSet) -> set[tuple[str, tuple[str, ...], tuple[str | None, ...]]]:
    """The edits of the files that change now, without their spans, which move with the text around them."""
    mine = (e for e in state.edits if e.path in prepared.rewrites)
    return {(e.path, e.at, (e.old, *(p if isinstance(p, str) else "" for p in e.new))) for e in mine}


def _rebuilt(prepared: ChangeSet, plan: Plan) -> Iterable[str]:
    """The services whose image is built from other files than before."""
    changed = [change.path for change in prepared.changes()]
    for context, names in (
        (BUILD_CONTEXT, [p.name for p in plan.poolers]),
        (EXPORTER_CONTEXT, [p.exporter for p in plan.poolers if p.exporter]),
    ):
        folder = f"{prepared.sources.directory}/{context}/"
        yield from names if any(path.startswith(folder) for path in changed) else ()
