"""The tasks of a stack: listed by a manager of the Swarm, on all nodes, and entered where they run on this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from devpool.docker.container_values import Container
from devpool.docker.engine import Call, run
from devpool.errors import DevpoolError
from devpool.measurements.tasks import Task, parse_tasks

_SERVICE = "com.docker.swarm.service.name"  # a label that Swarm gives each container of a task
_NO_MANAGER = "not a swarm manager"


class StackTasks:
    """The tasks of one stack.

    Args:
        named: the stack's name, where the user has said it; "" to find it by the pooler's service.
        poolers: the services of its poolers.
        cwd: the folder that docker runs in.
        environ: the shell's variables.
    """

    def __init__(self, named: str, poolers: Iterable[str], cwd: str, environ: Mapping[str, str]) -> None:
        self._named = named
        self._poolers = tuple(poolers)
        self.call = Call(arguments=(), cwd=cwd, environ=environ)

    @cached_property
    def name(self) -> str:
        """The stack's name.

        Raises:
            DevpoolError: `not-running` where no stack has the pooler, `which-stack` where several have, and what `list`
                raises.
        """
        return self._named or self._only()

    def _only(self) -> str:
        services = set(self._docker("service", "ls", "--format", "{{.Name}}").split())
        first = f"_{self._poolers[0]}" if self._poolers else "_"
        stacks = [name.removesuffix(first) for name in sorted(services) if name.endswith(first)]
        found = [stack for stack in stacks if {f"{stack}_{pooler}" for pooler in self._poolers} <= services]
        if len(found) > 1:
            raise DevpoolError(
                "which-stack",
                f"several stacks have a service {first.removeprefix('_')}: {', '.join(found)}",
                hint=f"name one: devpool -p {found[0]} ...",
            )
        if not found:
            raise DevpoolError(
                "not-running",
                f"no stack of this Swarm has a service {first.removeprefix('_')}",
                hint="deploy it: docker stack deploy -c FILE STACK",
            )
        return found[0]

    def list(self, services: Iterable[str]) -> list[Task]:
        """The tasks of services, on all nodes.

        Raises:
            DevpoolError: `not-a-manager`, and what `name` and `engine.run` raise.
        """
        names = [f"{self.name}_{service}" for service in services]
        return parse_tasks(self._docker("service", "ps", "--no-trunc", "--format", "{{json .}}", *names), self.name)

    def here(self, service: str) -> Container:
        """A container of a service's tasks on this node.

        Raises:
            DevpoolError: `not-on-this-node`, and what `list` raises.
        """
        label = f"--filter=label={_SERVICE}={self.name}_{service}"
        ids = self._docker("ps", "--no-trunc", label, "--filter=status=running", "--format", "{{.ID}} {{.Names}}")
        for line in ids.splitlines():
            container, _, name = line.partition(" ")
            return Container(service=service, id=container, name=name, health="")
        raise self._elsewhere(service)

    def _elsewhere(self, service: str) -> DevpoolError:
        nodes = sorted({task.node for task in self.list([service]) if task.runs})
        where = f"its tasks run on {', '.join(nodes)}" if nodes else "none of its tasks runs"
        return DevpoolError(
            "not-on-this-node",
            f"no task of `{service}` runs on the node that docker is connected to: {where}",
            hint=f"connect docker to that node: DOCKER_HOST=ssh://{nodes[0]} devpool ..."
            if nodes
            else f"docker service ps {self.name}_{service}",
        )

    def _docker(self, *words: str) -> str:
        try:
            return run(["docker", *words], cwd=self.call.cwd, environ=self.call.environ)
        except DevpoolError as error:
            if _NO_MANAGER not in error.said:
                raise
            raise DevpoolError(
                "not-a-manager",
                "docker is connected to a node that is no manager of a Swarm, and only a manager lists tasks",
                hint="connect it to one: DOCKER_HOST=ssh://MANAGER devpool ...; name the stack: -p STACK",
            ) from None
