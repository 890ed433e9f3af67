"""Turns the project into what enable would write: decides, makes the edits, proves the result. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from devpool import file_modes, resources
from devpool.checks.facts import version
from devpool.decide.chosen_variables import with_chosen_variables
from devpool.decide.options import Options
from devpool.decide.plan import Plan
from devpool.decide.planning import make_plan, with_credentials
from devpool.decide.routing import chosen_routes
from devpool.decide.stack_files import refuse_compose_files, refuse_on_one_node
from devpool.devpool_folder import DIGESTS
from devpool.docker.compose_oracle import Oracle, compose_version
from devpool.edit.rewrite import Changes, rewrite
from devpool.errors import DevpoolError, ProofError
from devpool.lifecycle.change_set import ChangeSet
from devpool.lifecycle.enable_refusals import (
    needs_new_compose,
    reached_by,
    refuse_in_image,
    refuse_nothing,
    refuse_old_compose,
    refuse_read,
)
from devpool.lifecycle.file_notes import file_notes
from devpool.lifecycle.generated_files import context_modes, contexts, digest, generated_files
from devpool.lifecycle.plan_notes import notes, notes_on_logins
from devpool.lifecycle.read_state import Earlier
from devpool.load.container_files import start_of
from devpool.load.find_evidence import with_evidence
from devpool.load.other_readers import with_readers
from devpool.load.override_file import with_override
from devpool.load.root import find_root
from devpool.load.session_use import session_use
from devpool.model.build_model import read_model
from devpool.model.project import Project
from devpool.model.sources import Reading, Sources
from devpool.prove.added_services import prove_exporter, prove_pooler, prove_waits
from devpool.prove.planned_changes import prove_meaning, prove_reading, prove_text
from devpool.prove.stack_service import prove_stack_pooler
from devpool.text.document import encode
from devpool.text.edits import Edit
from devpool.undo.locate_edit import Digests, File, digests_of
from devpool.undo.meaning_check import beyond
from devpool.undo.state import AddedPooler, AppRoute, State
from devpool.undo.state_check import foreign, is_place, ours_of
from devpool.undo.undo import read_edited


def build_enable(sources: Sources, earlier: Earlier, options: Options, oracle: Oracle | None) -> ChangeSet:
    """What enable would do to a project.

    Args:
        sources: the project as it is without devpool.
        earlier: what an earlier enable has left.
        options: the user's options.
        oracle: Compose, asked for its model of the sources; None to skip the proof.

    Raises:
        DevpoolError: every refusal there is.
    """
    if options.override:
        sources = with_override(sources, {**earlier.files, **earlier.made})
    everyone = with_readers(sources)
    sources = replace(everyone, readers=()) if options.allow_shared else everyone
    project = with_chosen_variables(with_evidence(read_model(sources)), options)
    if options.swarm:
        refuse_compose_files(project)
    plan = make_plan(project, chosen_routes(project, options), options)
    told = _notes(project, plan)
    refuse_nothing(project, plan, told)
    plan = with_credentials(project, plan)
    if options.swarm:
        refuse_on_one_node(plan)
    template = resources.block_template("pooler-stack" if options.swarm else "pooler")
    changes = rewrite(project, plan, template, resources.block_template("exporter"))
    for edit in changes.edits:
        sources.refuse_closed(edit.path, edit.path)
        if sources.override and edit.path != sources.override.path:
            raise ProofError(
                "not-only-the-override", "another file than the override file would change", where=edit.path
            )
    reached = dict(reached_by(everyone, plan, changes))
    refuse_read(reached, options)
    texts = _new_texts(sources, changes)
    private = {f"{sources.directory}/{name}": text.encode() for name, text in changes.private.items()}
    refuse_in_image(sources, private)
    if oracle and needs_new_compose(changes):
        refuse_old_compose(changes, version(compose_version().ask()))
    readings = oracle.begin(texts | private) if oracle else None
    context = contexts(plan)
    record = _record(plan, options, changes, digest(context))
    _prove_known(sources, record, texts)
    ours = generated_files(sources.directory, record, _digests(sources, record), context) | private
    wanted: dict[str, bytes | None] = {**earlier.files, **texts, **ours}
    # The bytes as they were read: a file may have been saved by someone else since.
    read = {**earlier.present, **sources.originals, **earlier.read}
    stale = earlier.present.keys() - wanted.keys() if earlier.enabled else set()
    wanted |= dict.fromkeys([*stale, *(p for p in earlier.removed if p not in texts)])
    if readings:
        _prove(project, plan, changes, *readings())
    return ChangeSet(
        sources=sources,
        project=project,
        plan=plan,
        before={p: read.get(p) for p in wanted},
        after=wanted,
        modes=dict.fromkeys(private, file_modes.PRIVATE_ENV_FILE)
        | {f"{sources.directory}/{DIGESTS}": file_modes.PRIVATE_FILE}
        | context_modes(sources.directory, context),
        edited=tuple(dict.fromkeys([*texts, *earlier.files])),
        proved=oracle is not None,
        state=record,
        notes=(
            *told,
            *notes_on_logins(plan, sources.directory),
            *file_notes(everyone, plan, reached, texts, (edit.path for edit in changes.edits)),
        ),
    )


def _prove(project: Project, plan: Plan, changes: Changes, before: Reading, after: Reading) -> None:
    prove_reading(project, [s for p in plan.poolers for s in plan.variables_of(p)], before)
    prove_meaning(plan, before, after)
    prove_waits(plan, changes.edits, after)
    prove = prove_stack_pooler if project.sources.selection.swarm else prove_pooler
    for pooler in plan.poolers:
        prove(pooler, plan.credentials[pooler.name], before, after)
        prove_exporter(pooler, after)


def _prove_known(sources: Sources, record: State, texts: Mapping[str, bytes]) -> None:
    """Check that devpool will recognize its own edits, so that `disable` does not refuse them.

    Raises:
        ProofError: `not-known-again`, `not-readable`.
        DevpoolError: `read-elsewhere`, where an alias carries a value into text that devpool does not edit.
    """
    for edit in record.edits:
        if not is_place(edit):
            raise _read_elsewhere(".".join(edit.at), sources.loaded[edit.path].place(edit.start))
    for what, why in foreign(record):
        raise ProofError("not-known-again", f"disable would not undo {what}: {why}")
    ours = ours_of(record)
    for path, data in texts.items():
        more = next(beyond(_read_again(path, data, record), sources.file(path), ours), None)
        if more:
            raise _read_elsewhere(more, path)


def _read_elsewhere(what: str, where: str) -> DevpoolError:
    return DevpoolError(
        "read-elsewhere",
        f"a change here would also reach {what}, which devpool does not edit",
        where=where,
        hint="write the value in the app's `environment` without an alias, or pool the app by name (--by-name SERVICE)",
    )


def _read_again(path: str, data: bytes, record: State) -> File:
    """The edited file, which must be YAML even if Compose does not check it."""
    try:
        return read_edited(path, data, record.edits_of(path))
    except DevpoolError as error:
        raise ProofError(
            "not-readable", f"the edited file would not be readable: {error.message}", where=path
        ) from None


def _notes(project: Project, plan: Plan) -> tuple[str, ...]:
    root = find_root(Path(project.sources.directory))
    starts = {name: start_of(project.services[name], root) for name in plan.apps}
    named = {b.service for b in plan.by_name}
    likely = (
        f"{name} likely uses {feature.name} ({place}): {feature.harm}; {feature.ways(name, by_name=name in named)}"
        for name, feature, place in session_use(project, plan.apps)
        if name not in plan.in_session
    )
    return (*notes(project, plan, starts), *likely)


def _new_texts(sources: Sources, changes: Changes) -> dict[str, bytes]:
    texts: dict[str, bytes] = {}
    by_path: dict[str, list[Edit]] = {}
    for edit in changes.edits:
        by_path.setdefault(edit.path, []).append(edit)
    for path, edits in by_path.items():
        file = sources.file(path)
        texts[path] = encode(file.bom, prove_text(file.text, edits))
    return texts


def _record(plan: Plan, options: Options, changes: Changes, context: str) -> State:
    return State(
        context=context,
        options=replace(options, evidence=_evidence(plan)),
        edits=changes.edits,
        private=tuple(changes.private),
        poolers=tuple(
            AddedPooler(name=p.name, database=p.database, port=p.port, upstream=p.upstream_port, exporter=p.exporter)
            for p in plan.poolers
        ),
        routes=tuple(
            AppRoute(service=r.service, database=r.database, pooled=r.pooled, reason=r.reason, by_name=r.by_name)
            for r in plan.routes
        ),
    )


def _evidence(plan: Plan) -> dict[str, str]:
    return {f"{r.service}:{r.database}": r.reason for r in plan.routes if r.code == "evidence"}


def _digests(sources: Sources, state: State) -> Digests:
    return {e: d for p in state.paths() for e, d in digests_of(sources.file(p).text, state.edits_of(p)).items()}
