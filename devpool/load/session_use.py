"""Finds in an app's own source what it does in a session, and a transaction pool does not keep.

A find is likely, not certain: the line may never run. The search is bounded as that for addresses is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from devpool.catalog.address_files import COMMENT
from devpool.catalog.session_features import SESSION_FEATURES, SessionFeature
from devpool.load.root import find_root
from devpool.load.service_texts import folders_of, texts_of
from devpool.model.paths import relative
from devpool.model.project import Project

_MOST_LOOKS = 5_000  # files and folders of a project
_LONGEST_LINE = 1_000
_WORDS = tuple(dict.fromkeys(word for feature in SESSION_FEATURES for word in feature.words))


def session_use(project: Project, services: Iterable[str]) -> Iterator[tuple[str, SessionFeature, str]]:
    """What the source of some services uses: the service, the feature, and the first place as `file:line`.

    Args:
        project: the project.
        services: its pooled apps, as a plan has them: one of them may be gone when the files are read again.
    """
    looks, root = iter(range(_MOST_LOOKS)), find_root(Path(project.sources.directory))
    documents, own = project.sources.loaded.values(), project.sources.originals
    for name in (name for name in services if name in project.services):
        service, features = project.services[name], set[str]()
        for text in texts_of(service, documents, root, folders_of(service, root), (), _WORDS, looks):
            if text.path in own or text.within:
                continue
            place = relative(text.path, project.sources.directory)
            for feature, line in _in_text(text.text):
                if feature.name not in features:
                    features.add(feature.name)
                    yield name, feature, f"{place}:{line}"


def _in_text(text: str) -> Iterator[tuple[SessionFeature, int]]:
    features = [f for f in SESSION_FEATURES if any(word in text for word in f.words)]
    for number, line in enumerate(text.split("\n"), 1) if features else ():
        if len(line) <= _LONGEST_LINE and not COMMENT.match(line):
            yield from ((f, number) for f in features if any(w in line for w in f.words) and f.pattern.search(line))
