"""Why a service should stay direct: what it is, what it runs, and how it is wired. The first reason found applies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from devpool.catalog import bystanders, direct_programs, start_commands
from devpool.catalog.direct_programs import (
    BACKUP,
    LISTEN,
    REPLICATION,
    REPLICATION_DECODERS,
    REPLICATION_VARIABLES,
    Field,
    Kind,
    KindCode,
)
from devpool.model import container_start, networks
from devpool.model.databases import image_name
from devpool.model.external_databases import listens_as_a_pooler
from devpool.model.project import ConnectionVariable, Project
from devpool.model.services import Service
from devpool.model.tls_demands import Demands, strongest
from devpool.text import nodes
from devpool.text.nodes import AliasNode
from devpool.text.patterns import regex

_TRUE = ("true", "1", "yes", "on", "t", "y")
_FALSE = ("", "false", "0", "no", "off", "f", "n")

ReasonCode = Literal[KindCode, "bystander", "network", "beside", "behind-a-pooler", "profiles", "tls", "one-off"]
Reason = tuple[ReasonCode, str]


@cache
def _patterns(field: Field) -> list[tuple[re.Pattern[str], Kind]]:
    return [(regex(text), kind) for text, kind in direct_programs.patterns(field)]


def _of(kind: Kind) -> Reason:
    return kind.code, kind.sentence


def reasons(
    project: Project, service: str, database: str, awaited: frozenset[str], published: bool
) -> Iterator[Reason]:
    """Why a service should stay direct at a database, each as a code and a sentence.

    Args:
        project: the project.
        service: the app.
        database: one of its databases.
        awaited: the services that others wait for to finish (`awaited_services`).
        published: whether the pooler will be reached from the host's network too.
    """
    app = project.services[service]
    if not (published and all(s.published for s in project.of(service) if s.database == database)):
        yield from _by_network(project, service, database)
    yield from _by_address(project, service, database)
    own = _states_it_itself(project, service)
    yield from bystander(app, database, own=own)
    if not own and _is_a_front_beside_an_app(project, app, database):
        yield "bystander", "it only shares other services' variables, and its name is not that of the app"
    yield from _by_kind(app)
    yield from _by_replication(project, service)
    yield from _by_listening(project, app)
    yield from _one_off(project, app, awaited)


def awaited_services(project: Project) -> frozenset[str]:
    """Services that another service waits for with `service_completed_successfully`."""
    awaited: set[str] = set()
    for service in project.services.values():
        for statement in service.statements("depends_on"):
            if isinstance(statement.value, nodes.MappingNode):
                for name, entry in nodes.entries(statement.value).items():
                    if "service_completed_successfully" in service.deep_texts(entry.value):
                        awaited.add(name)
    return frozenset(awaited)


def _by_network(project: Project, service: str, database: str) -> Iterator[Reason]:
    mine = networks.of(project.services, service)
    owner = networks.host_of(project.services, service)
    told = networks.extra_hosts(owner) if owner else {}
    if project.databases[database].service and told.keys() & project.databases[database].hosts:
        yield "network", "its extra_hosts map that name to another address"
    if owner is project.databases[database].service is not None:
        yield "beside", f"it shares the network of {database} (network_mode) and reaches it at localhost"
    if any(s.published for s in project.of(service)):
        yield "network", "it uses the host's network, which reaches a pooler only with --publish"
    elif not mine:
        yield "network", "it is not on the project's networks"
    elif project.databases[database].service and not networks.common(project.services, service, database):
        yield "network", f"it shares no network with {database}"


def _by_address(project: Project, service: str, database: str) -> Iterator[Reason]:
    variables = [s for s in project.of(service) if s.database == database]
    outside = project.databases[database].service is None
    if outside and any(listens_as_a_pooler(database, s.address.port) for s in variables):
        yield "behind-a-pooler", "that address already belongs to a pooler"
    other = next((o for s in variables if (o := _in_another_profile(project, s))), "")
    if other:
        yield "profiles", f"its host means {database} or {other}, depending on the profile: one address cannot be both"
    if strongest(map(Demands(project.environments[service]).of, variables)) == "verify":
        yield "tls", "it verifies the server's certificate, which a pooler cannot present"


def _in_another_profile(project: Project, variable: ConnectionVariable) -> str:
    """The database that an app reaches by the same host when other profiles are active; "" if there is none."""
    mine, app = project.databases[variable.database], project.services[variable.service]
    others = (d.service for d in project.databases.values() if variable.address.host in d.hosts and d is not mine)
    excluded = (o for o in others if o and mine.service and not mine.service.meets(o) and app.meets(o))
    return next((other.name for other in excluded), "")


def _states_it_itself(project: Project, service: str) -> bool:
    """Whether a variable is in the service's own text, not in text that it shares with others."""
    own = _own_environment(project.services[service])
    return any(s.in_command or s.value.origin.container in own for s in project.of(service))


def _own_environment(service: Service) -> list[nodes.Node]:
    """The `environment` that a service has to itself, in each file that states it."""
    return [
        statement.value
        for statement in service.statements("environment")
        if statement.entry in statement.fragment.node.entries and not isinstance(statement.entry.value, AliasNode)
    ]


def _by_replication(project: Project, service: str) -> Iterator[Reason]:
    """A consumer of logical replication, by what its own text tells it: variables that all services are given do not
    say which of them it is.
    """
    own = _own_environment(project.services[service])
    told = {n: v.text for n, v in project.environments[service].items() if v.origin.container in own and v.text}
    if any(REPLICATION_VARIABLES.search(name) or REPLICATION_DECODERS.search(text) for name, text in told.items()):
        yield _of(REPLICATION)


def _by_listening(project: Project, service: Service) -> Iterator[Reason]:
    """What listens by its name, or by a switch in its variables."""
    told = {n: v.text.lower() for n, v in project.environments[service.name].items()}
    if (
        direct_programs.LISTENER_NAMES.search(service.name)
        or any(told.get(name) in modes for name, modes in direct_programs.LISTENING_MODES.items())
        or any(_switches_listening_on(name, text) for name, text in told.items())
    ):
        yield _of(LISTEN)


def _switches_listening_on(name: str, text: str) -> bool:
    if not text or not direct_programs.LISTEN_SWITCH.search(name):
        return False
    return text in (_FALSE if direct_programs.SWITCHED_OFF.search(name) else _TRUE)


def bystander(service: Service, database: str, *, own: bool) -> Iterator[Reason]:
    """Reasons for a service that only happens to get variables that others need.

    Args:
        service: the service.
        database: the database that the variables name.
        own: whether they stand in the service's own text. Only an official image cannot mean them then.
    """
    image, full = image_name(service), service.text("image")
    other = bystanders.OTHER_SERVERS.search(image) or bystanders.OTHER_OWNERS.search(full)
    # What is built here may have the name of such a server and be an app: `vault` for the app that keeps documents.
    if other and not (own and ("/" in full or not full)):
        yield "bystander", f"it runs {image}, which does not connect to Postgres"
    front = any(bystanders.FRONT_NAMES.search(name) for name in (service.name, *_build_folders(service)))
    if (
        not own
        and (front or bystanders.FRONT_COMMANDS.search(service.start()))
        and database not in service.names("depends_on")
    ):
        yield "bystander", "it only shares other services' variables and does not look like an app that connects"


def _is_a_front_beside_an_app(project: Project, service: Service, database: str) -> bool:
    """Whether only the name suggests that a service does not connect, and another one of the database is the app."""
    named = bystanders.FRONT_WORDS.search(service.name) or bystanders.FRONT_IMAGES.search(image_name(service))
    if not named or database in service.names("depends_on"):
        return False
    others = (s.service for s in project.connection_variables if s.database == database)
    return not all(map(bystanders.FRONT_WORDS.search, others))


def _build_folders(service: Service) -> Iterator[str]:
    """The last parts of the folders that a service is built from."""
    for statement in service.statements("build"):
        value = statement.value
        node = nodes.lookup(value, "context") if isinstance(value, nodes.MappingNode) else value
        for text in service.texts(node) if node else ():
            yield posixpath.basename(posixpath.normpath(text))


def _by_kind(service: Service) -> Iterator[Reason]:
    command = service.start()
    # An image may start the program by itself, and the command has its options alone.
    spoken = f"{image_name(service)} {command}" if service.text("image") and command else command
    looked_at = (
        (image_name(service), _patterns("image")),
        (spoken, _patterns("command")),
        (service.text("image"), _patterns("full_image")),
    )
    yield from (_of(kind) for text, patterns in looked_at for pattern, kind in patterns if pattern.search(text))
    if start_commands.BACKUP_NAMES.search(service.name) or start_commands.BACKUP_NAMES.search(command):
        yield _of(BACKUP)


def _one_off(project: Project, service: Service, awaited: frozenset[str]) -> Iterator[Reason]:
    """Reasons that apply only to a service that does its work and exits.

    Migrators often share `restart: always` with other services, and start over or sleep once they are
    done: it only outweighs weak evidence.
    """
    command = service.start()
    stays = service.text("restart") in ("always", "unless-stopped")
    if not stays and any(_is_true(project, service, name) for name in start_commands.AIRFLOW_MIGRATES):
        yield "migrator", "its environment tells it to migrate the schema"
    elif stays and start_commands.MIGRATION_WORKER_NAMES.search(service.name):
        return  # it takes jobs off a queue, which have to do with migrations of some kind
    elif container_start.migrates(command):
        yield "migrator", "its command migrates the schema"
    elif not stays and container_start.runs_psql(command):
        yield "one-off", "it runs psql and exits"
    elif service.name in awaited:
        yield "one-off", "other services wait for it to finish: a one-off job that prepares the database"
    elif _is_named_a_migrator(service.name, stays=stays) and not container_start.plainly_serves(command):
        yield "migrator", "its name suggests that it migrates the schema"


def _is_named_a_migrator(name: str, *, stays: bool) -> bool:
    return start_commands.MIGRATOR_NAMES.search(name) is not None or (
        not stays and start_commands.PREPARER_NAMES.search(name) is not None
    )


def _is_true(project: Project, service: Service, variable: str) -> bool:
    value = project.environments[service.name].get(variable)
    return value is not None and value.text.lower() not in _FALSE
