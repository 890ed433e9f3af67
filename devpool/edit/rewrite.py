"""The plan as edits to the user's text, each in the style of its neighbors."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from devpool.decide.alias_copies import alias_copy_edits
from devpool.decide.inherited_copies import shield_edits
from devpool.decide.plan import Plan, Pooler
from devpool.edit.dependencies import dependency_edits
from devpool.edit.pooler_service import Block, ExporterBlock, laid_out
from devpool.edit.variable_edits import setting_edits
from devpool.errors import DevpoolError
from devpool.model.project import Project
from devpool.model.services import services_node
from devpool.text import layout, nodes
from devpool.text.document import Document
from devpool.text.edits import Edit, insertion
from devpool.text.envfile import env_quoted
from devpool.text.nodes import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What enable does to the project's files.

    Attributes:
        edits: changes of the user's files.
        private: new private files by path below the project directory; their text holds secrets.
    """

    edits: tuple[Edit, ...]
    private: dict[str, str] = field(repr=False)


def rewrite(project: Project, plan: Plan, template: str, exporter_template: str) -> Changes:
    """The edits that carry out a plan.

    Args:
        project: the project as it is.
        plan: what is to change.
        template: the text of compose/pooler.yml.
        exporter_template: the text of compose/exporter.yml.

    Raises:
        DevpoolError: where the text is laid out in a way that cannot be edited yet.
    """
    poolers: list[Edit] = []
    private: dict[str, str] = {}
    for pooler in plan.poolers:
        credentials = plan.credentials[pooler.name]
        block = Block(pooler=pooler, credentials=credentials, project_directory=project.sources.directory)
        poolers.append(_block_edit(pooler.name, pooler, block, template))
        if pooler.metrics:
            beside = ExporterBlock(pooler=pooler, credentials=credentials, project_directory=project.sources.directory)
            poolers.append(_block_edit(pooler.exporter, pooler, beside, exporter_template))
        if credentials.private:
            values = {name: env_quoted(value) for name, value in credentials.private.items()}
            private[block.private_path] = env_text(values)
    # Where a pooler's block goes to the end of an app, the app's own additions come first.
    changes = [*setting_edits(project, plan), *dependency_edits(project, plan)]
    kept = [*shield_edits(plan.shields, changes), *alias_copy_edits(plan.unaliased, changes)]
    found = dict.fromkeys([*changes, *kept, *poolers])
    first = {edit.path for edit in poolers}
    return Changes(edits=tuple(sorted(found, key=lambda edit: edit.path not in first)), private=private)


def _block_edit(name: str, pooler: Pooler, block: Block, template: str) -> Edit:
    """The pooler's service goes right after its database's, and its exporter's after it."""
    document = block.credentials.document
    services, entry = _service_entry(document, pooler.after)
    if services.flow:
        raise DevpoolError(
            "layout-not-plain",
            "the services are written in flow style (braces), where devpool cannot add one",
            where=document.place(services.start),
            hint="write `services:` in block style, one service below the other; inside them it may stay as it is",
        )
    indent = layout.indent(document, entry.key)
    end = layout.block_end(document.text, max(entry.key.end, entry.value.end), indent)
    step = layout.unit(document, services)
    new = laid_out(block, template, indent=indent, step=step, newline=document.newline)
    if _spaced(document, services):
        new = (document.newline, *new)
    at = ("services", name)
    return insertion(document.path, end, new, at)


def _service_entry(document: Document, name: str) -> tuple[nodes.MappingNode, Entry]:
    services = services_node(document)
    entry = next((e for e in services.entries if e.key.value == name), None) if services else None
    if services is None or entry is None:
        raise layout.odd(document, document.root)
    return services, entry


def _spaced(document: Document, services: nodes.MappingNode) -> bool:
    """Whether there are blank lines between the services."""
    pairs = itertools.pairwise(services.entries)
    return any(re.search(r"\n[ \t]*\r?\n", document.text[a.value.end : b.key.start]) for a, b in pairs)


def env_text(values: dict[str, str]) -> str:
    """An env file of these values, which are written as they stand."""
    return "".join(f"{name}={value}\n" for name, value in values.items())
