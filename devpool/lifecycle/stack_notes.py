"""Notes on a stack and on an engine of another machine: what a user should know of a plan there. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.decide.plan import Plan, Pooler
from devpool.decide.stack_files import opened_loopback, stack_mark
from devpool.model.project import Project
from devpool.redact.sentences import redact


def notes_on_stack(project: Project, plan: Plan) -> Iterator[str]:
    """A stack file that `docker stack deploy` takes today refuses it with a service that has no image; and in a stack,
    what Swarm makes of ports.
    """
    if project.sources.selection.swarm:
        for name, port in opened_loopback(project):
            yield f"{name} publishes {port}, but Swarm opens the port to everybody, on every node"
        yield from (note for pooler in plan.poolers for note in _of_keepalives(project, pooler))
        return
    mark = stack_mark(project)
    named = project.sources.selection.files or project.sources.variables.get("COMPOSE_FILE")
    if mark is None or not plan.poolers or project.sources.override:
        return
    yield (
        f"{mark[0]} has `{mark[1]}`, which is for Swarm: if you run these files with `docker stack deploy`, use "
        "`devpool enable --swarm --image REF`; this plan is for `docker compose up`, and `docker stack deploy` refuses "
        "its result" + ("" if named else ", or use --override, which leaves these files as they are")
    )


def _of_keepalives(project: Project, pooler: Pooler) -> Iterator[str]:
    """A server that does not look whether its clients are there keeps what a lost node has left, for two hours (tcp(7),
    tcp_keepalive_time): measured on a Swarm.
    """
    service = project.databases[pooler.database].service
    if service and "tcp_keepalives_idle" not in service.start():
        yield (
            f"{service.name} would keep the connections and transactions of a node that is cut off for hours: have it "
            "look after its clients: command: postgres -c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 "
            "-c tcp_keepalives_count=4"
        )


def note_on_remote(plan: Plan, host: str) -> Iterator[str]:
    """Where a published port opens if the engine is on another machine.

    Args:
        plan: the plan.
        host: the value of DOCKER_HOST; "" for none.
    """
    published = [pooler for pooler in plan.poolers if pooler.published]
    if published and host.startswith(("tcp://", "ssh://")):
        ports = ", ".join(pooler.published for pooler in published)
        yield (
            f"docker is connected to {redact(host)}: the port {ports} opens on the loopback of that machine, not "
            f"on this one; reach it with: ssh -L {published[0].published}:127.0.0.1:{published[0].published} MACHINE"
        )
