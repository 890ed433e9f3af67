"""Finds in an app's own files which drivers it has and how they are set, before anything of it runs.

A find is likely, not certain: a file tells what is to be installed, and a setting may never be read. The search is
bounded as that for addresses is, and only looks at what the app's image takes in or its container mounts.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from devpool.catalog.address_files import NEVER_FOLDERS
from devpool.catalog.driver_files import SETTING_WORDS
from devpool.checks.declared import Package, is_package_file, packages_in, settings_in, with_libpq
from devpool.checks.django_settings import databases_in, merged
from devpool.checks.installed import Installed, Mention, flags_in
from devpool.load.container_files import beginning_of, contexts, dockerfile_of, mounts
from devpool.load.root import find_root
from devpool.load.service_texts import folders_of, is_taken_in, texts_of
from devpool.model.paths import relative
from devpool.model.project import Project
from devpool.model.services import Service

_MOST_LOOKS = 5_000  # files and folders of a project
_DEEPEST = 2  # folders below one that is taken in
_MOST_FILES = 30  # of one folder
_LARGEST = 1_000_000  # bytes: a lock file of some hundred packages has half of it
_WORDS = ("DATABASES", *SETTING_WORDS)


def declared_drivers(project: Project, services: Iterable[str]) -> Iterator[Installed]:
    """What the files of some services say of their drivers; nothing of a service whose files name none.

    Args:
        project: the project.
        services: its pooled apps, as a plan has them: one of them may be gone when the files are read again.
    """
    search = _Search(project)
    for name in (name for name in services if name in project.services):
        found = search.of(project.services[name])
        if found.packages:
            yield found


class _Search:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.root = find_root(Path(project.sources.directory))
        self.looks = iter(range(_MOST_LOOKS))
        self.built = {f for s in project.services.values() for f in contexts(s)}

    def of(self, service: Service) -> Installed:
        """What one service's files say."""
        folders = folders_of(service, self.root)
        apart = self.built - set(contexts(service))
        packages, mentions, databases = list[Package](), list[Mention](), list[Mapping[str, Any]]()
        for path, text in self._package_files(service, folders, apart):
            packages += packages_in(path, text)
            mentions += settings_in(path, text)
        # Without a driver no setting of one tells anything.
        for path, text in self._sources(service, folders, apart) if packages else ():
            mentions += settings_in(path, text)
            databases += databases_in(path, text) if path.endswith(".py") and "DATABASES" in text else []
        variables = {n: v.text for n, v in self.project.environments[service.name].items()}
        # What is pinned tells more, and among equals the file that is nearest.
        pinned = sorted(packages, key=lambda p: not p.version)
        versions = {p.name: p.version for p in reversed(pinned)}
        return Installed(
            app=service.name,
            packages=with_libpq(versions),
            places={p.name: p.place for p in reversed(pinned)},
            mentions=tuple(mentions),
            django=merged(databases) if "django" in versions else (),
            flags=tuple(flags_in(variables)),
        )

    def _package_files(
        self, service: Service, folders: Collection[str], apart: Collection[str]
    ) -> Iterator[tuple[str, str]]:
        built = set(contexts(service)) - set(mounts(service))
        dockerfile, _ = dockerfile_of(service, self.root) if built else ("", "")
        for folder in folders:
            for path in islice(_named_in(folder, apart, self.looks), _MOST_FILES):
                if folder not in built or is_taken_in(service, dockerfile, folder, path):
                    text = beginning_of(Path(path), self.root, _LARGEST)
                    yield from [(self._shown(path), text)] if text else []

    def _sources(self, service: Service, folders: Collection[str], apart: Collection[str]) -> Iterator[tuple[str, str]]:
        documents, own = self.project.sources.loaded.values(), self.project.sources.originals
        for text in texts_of(service, documents, self.root, folders, apart, _WORDS, self.looks):
            if text.path not in own and not text.within:
                yield self._shown(text.path), text.text

    def _shown(self, path: str) -> str:
        return relative(path, self.project.sources.directory)


def _named_in(folder: str, apart: Collection[str], looks: Iterator[int]) -> Iterator[str]:
    """The files of a folder that name packages, nearer ones first; no link to a folder is followed."""
    for (at, folders, names), _ in zip(os.walk(folder), looks, strict=False):
        depth = 0 if at == folder else at[len(folder) :].count("/")
        kept = sorted(f for f in folders if not NEVER_FOLDERS.fullmatch(f) and f"{at}/{f}" not in apart)
        folders[:] = kept if depth < _DEEPEST else []
        yield from (f"{at}/{name}" for name in sorted(names) if is_package_file(name))
