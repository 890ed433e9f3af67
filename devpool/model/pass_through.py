"""Which text takes its value from an env file: `${NAME}`, and variables named without a value.

If such a line changed, everything that takes it over would change as well, including services that stay direct.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from devpool.model.project import Project
from devpool.model.services import Service
from devpool.text import nodes
from devpool.text.interpolation import names_in
from devpool.text.nodes import ScalarNode, SequenceNode


def taken_over(project: Project) -> Mapping[str, frozenset[str]]:
    """By env file: the names whose values other text takes over."""
    sources = project.sources
    everywhere = frozenset[str]().union(
        *(names_in(d.text) for d in sources.loaded.values()),
        *(names_in(f.text) for f in sources.env_files.values()),
        _passed_through(project),
        *(_build_arguments(service) for service in project.services.values()),
        *(_contents(document.root) for document in sources.loaded.values()),
    )
    return {
        path: everywhere if path in sources.dotenv else names_in(file.text) for path, file in sources.env_files.items()
    }


def _passed_through(project: Project) -> Iterator[str]:
    """Names without a value in an `environment` or an env file (Compose specification, "environment")."""
    for values in project.environments.values():
        yield from (value.name for value in values.values() if not value.origin.given)


def _build_arguments(service: Service) -> Iterator[str]:
    """Names without a value in `build.args` (Compose Build specification, "args")."""
    for statement in service.statements("build"):
        value = statement.value
        found = nodes.lookup(value, "args") if isinstance(value, nodes.MappingNode) else None
        args = nodes.resolved(found) if found else None
        if isinstance(args, SequenceNode):
            yield from (text for text in service.texts(args) if "=" not in text)
        elif isinstance(args, nodes.MappingNode):
            yield from (name for name, entry in nodes.entries(args).items() if _is_null(entry.value))


def _is_null(node: nodes.Node) -> bool:
    scalar = nodes.resolved(node)
    return isinstance(scalar, ScalarNode) and not scalar.style and scalar.value.lower() in ("", "null", "~")


def _contents(root: nodes.MappingNode) -> Iterator[str]:
    """Variables that give secrets and configs their content (Compose specification, "secrets" and "configs")."""
    for key in ("secrets", "configs"):
        found = nodes.lookup(root, key)
        listed = nodes.resolved(found) if found else None
        for entry in nodes.entries(listed).values() if isinstance(listed, nodes.MappingNode) else ():
            stated = nodes.resolved(entry.value)
            named = nodes.lookup(stated, "environment") if isinstance(stated, nodes.MappingNode) else None
            scalar = nodes.resolved(named) if named else None
            if isinstance(scalar, ScalarNode):
                yield scalar.value
