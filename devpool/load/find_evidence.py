"""Finds the apps that have a database's address in no variable, but in a file that they read or in their image."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from devpool.catalog import bystanders
from devpool.catalog.image_addresses import IMAGES
from devpool.load.container_files import contexts, dockerfile_of
from devpool.load.root import find_root
from devpool.load.service_texts import folders_of, texts_of
from devpool.model import networks
from devpool.model.databases import host_names, image_name, link_aliases
from devpool.model.paths import relative
from devpool.model.project import Evidence, Project
from devpool.model.services import Service, reachable
from devpool.model.stated_address import StatedAddress, stated_addresses
from devpool.text.address import DEFAULT_PORT
from devpool.text.dockerfile_environment import environment_lines


def with_evidence(project: Project) -> Project:
    """The project with what its files and images tell of apps that have no connection variable.

    Raises:
        DevpoolError: `cannot-read`, `not-utf8`, of a `.dockerignore`.
    """
    if not any(d.service for d in project.databases.values()):
        return project
    finder = _Finder(project)
    names = (n for n in project.without_variable if project.services[n].text("network_mode") in ("", "bridge"))
    return replace(project, evidence=tuple(e for n in names for e in finder.of(project.services[n])))


_MOST_LOOKS = 10_000  # files and folders of a project; a count, not a time: every machine finds the same


class _Finder:
    def __init__(self, project: Project) -> None:
        self.looks = iter(range(_MOST_LOOKS))
        self.project = project
        self.root = find_root(Path(project.sources.directory))
        self.folders = {n: folders_of(s, self.root) for n, s in project.services.items()}
        self.takers = Counter(f for n, folders in self.folders.items() for f in folders if self._may_connect(n))
        self.built = Counter(f for s in project.services.values() for f in set(contexts(s)))

        variables = (*project.connection_variables, *project.kept)
        self.giving = {s.value.origin.file.path for s in variables}
        self.giving |= {piece.source for s in variables for piece in s.value.pieces if piece.source}

    def of(self, service: Service) -> Iterator[Evidence]:
        """What tells of one service: for each database the first thing found."""
        hosts = self._hosts(service)
        done: set[str] = set()
        told = (*self._by_image(service, hosts), *self._by_dockerfile(service, hosts), *self._by_texts(service, hosts))
        for evidence in told:
            if evidence.database not in done:
                done.add(evidence.database)
                yield evidence

    def _hosts(self, service: Service) -> dict[str, set[str]]:
        """The names of each database of the project that reach it from a service."""
        services = self.project.services
        mine = networks.of(services, service.name)
        inside = ((d, d.service) for d in self.project.databases.values() if d.service)
        near = ((d.name, s) for d, s in inside if networks.common(services, service.name, d.name))
        linked = link_aliases(service).items()
        return {name: host_names(s, mine) | {a for a, target in linked if target == name} for name, s in near}

    def _by_image(self, service: Service, hosts: dict[str, set[str]]) -> Iterator[Evidence]:
        given = {n for n, v in self.project.environments[service.name].items() if v.text}
        image = service.text("image").lower()
        for known in IMAGES:
            fits = re.search(known.image, image) and not given & set(known.instead)
            database = next((d for d, names in hosts.items() if known.host in names), "")
            if fits and database and (not known.needs or given & set(known.needs)):
                says = f"its image names {known.host} by default"
                yield Evidence(service=service.name, database=database, says=says)

    def _by_dockerfile(self, service: Service, hosts: dict[str, set[str]]) -> Iterator[Evidence]:
        """What the variables say that its own Dockerfile gives its image."""
        text = environment_lines(dockerfile_of(service, self.root)[0])
        variables = {n: v.text for n, v in self.project.environments[service.name].items()}
        for database, names in hosts.items():
            stated = next(stated_addresses(".env", text, names, variables), None)
            if stated:
                yield _evidence(service, database, "its Dockerfile", stated)

    def _by_texts(self, service: Service, hosts: dict[str, set[str]]) -> Iterator[Evidence]:
        variables = {n: v.text for n, v in self.project.environments[service.name].items()}
        apart = self.built.keys() - {f for f in contexts(service) if self.built[f] == 1}
        words = {name for names in hosts.values() for name in names}
        documents = self.project.sources.loaded.values()
        missing = set(hosts)
        awaited = reachable(self.project.services, service.name, _awaited)
        folders = [f for f in self.folders[service.name] if awaited & hosts.keys() or not self._is_shared(f)]
        folders = [] if _is_workspace(service) else folders
        for text in texts_of(service, documents, self.root, folders, apart, words, self.looks) if words else ():
            for database in sorted(missing):
                # What devpool edits itself would tell something else each time; of an env file it is known what it was.
                # Where it gives some app its address, it tells nothing of those that are not given it.
                own = None if text.path in self.giving else self.project.sources.env_files.get(text.path)
                edited = own is None and text.path in self.project.sources.originals
                # A folder that others take in too tells only of what waits for the database.
                if edited or (text.folder and self._is_shared(text.folder) and database not in awaited):
                    continue
                said = own.text if own else text.text
                stated = next(stated_addresses(text.path, said, hosts[database], variables), None)
                if stated:
                    missing.discard(database)
                    place = relative(text.within or text.path, self.project.sources.directory)
                    yield _evidence(service, database, place, stated, text.above)
            if not missing:
                return

    def _may_connect(self, name: str) -> bool:
        """Whether a service is none that takes in folders for another reason, as a web server does."""
        known = name in self.project.databases or name in self.project.poolers
        service = self.project.services[name]
        return not (known or _is_workspace(service) or bystanders.OTHER_SERVERS.search(image_name(service)))

    def _is_shared(self, folder: str) -> bool:
        return self.takers[folder] > 1


def _evidence(service: Service, database: str, place: str, stated: StatedAddress, above: int = 0) -> Evidence:
    at = f":{stated.port}" if stated.port != DEFAULT_PORT else ""
    says = f"{place}:{above + stated.line} names {stated.host}{at}"
    return Evidence(service=service.name, database=database, says=says, port=stated.port, demand=stated.demand)


def _is_workspace(service: Service) -> bool:
    """Whether a service takes in folders for its user to work with, which tells nothing of what it connects to."""
    image = service.text("image")
    return bool(bystanders.WORKSPACES.search(image) or bystanders.WORKSPACE_COMMANDS.search(service.start()))


def _awaited(service: Service) -> Iterator[str]:
    """The services that one depends on or is linked to."""
    yield from service.names("depends_on")
    yield from (link.partition(":")[0] for link in service.names("links"))
