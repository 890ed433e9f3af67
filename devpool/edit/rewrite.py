"""The plan as edits to the user's text, each in the style of its neighbors."""

from __future__ import annotations

from dataclasses import dataclass, field

from devpool.decide.alias_copies import alias_copy_edits
from devpool.decide.inherited_copies import shield_edits
from devpool.decide.plan import Plan, Pooler
from devpool.edit.dependencies import dependency_edits
from devpool.edit.override_edits import override_edits
from devpool.edit.pooler_template import Block, ExporterBlock, laid_out
from devpool.edit.service_place import place_after
from devpool.edit.variable_edits import variable_edits
from devpool.model.project import Project
from devpool.text.document import Document
from devpool.text.edits import Edit, insertion
from devpool.text.envfile import env_quoted


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
        template: the text of compose/pooler.yml, or of compose/pooler-stack.yml.
        exporter_template: the text of compose/exporter.yml.

    Raises:
        DevpoolError: where the text is laid out in a way that cannot be edited yet.
    """
    sources = project.sources
    like = sources.main if sources.override else None
    poolers: list[Edit] = []
    private: dict[str, str] = {}
    for pooler in plan.poolers:
        credentials = plan.credentials[pooler.name]
        block = Block(pooler=pooler, credentials=credentials, project_directory=sources.directory)
        poolers.append(_block_edit(pooler.name, pooler, block, template, like))
        if pooler.metrics:
            beside = ExporterBlock(pooler=pooler, credentials=credentials, project_directory=sources.directory)
            poolers.append(_block_edit(pooler.exporter, pooler, beside, exporter_template, like))
        if credentials.private:
            values = {name: env_quoted(value) for name, value in credentials.private.items()}
            private[block.private_path] = env_text(values)
    # Where a pooler's block goes to the end of an app, the app's own additions come first.
    if sources.override:
        changes = list(override_edits(project, plan, sources.override))
    else:
        changes = [*variable_edits(project, plan), *dependency_edits(project, plan)]
    kept = [*shield_edits(plan.shields, changes), *alias_copy_edits(plan.unaliased, changes)]
    services = dict.fromkeys([*changes, *kept, *poolers])
    first = {edit.path for edit in poolers}
    return Changes(edits=tuple(sorted(services, key=lambda edit: edit.path not in first)), private=private)


def _block_edit(name: str, pooler: Pooler, block: Block, template: str, like: Document | None) -> Edit:
    """The pooler's service goes right after its database's, and its exporter's after it."""
    document = block.credentials.document
    place = place_after(document, pooler.after, like)
    new = laid_out(block, template, indent=place.indent, step=place.step, newline=document.newline)
    return insertion(
        document.path, place.position, (document.newline, *new) if place.blank else new, ("services", name)
    )


def env_text(values: dict[str, str]) -> str:
    """An env file of these values, which are written as they stand."""
    return "".join(f"{name}={value}\n" for name, value in values.items())
