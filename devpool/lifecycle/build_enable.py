"""Turns the project into what enable would write: decides, makes the edits, proves the result. Writes nothing."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from devpool import resources
from devpool.commit.files import hard_links
from devpool.decide.chosen_variables import with_chosen_variables
from devpool.decide.options import Options
from devpool.decide.plan import Plan
from devpool.decide.planning import make_plan, with_credentials
from devpool.decide.routing import chosen_routes
from devpool.devpool_folder import DIGESTS
from devpool.docker.compose_oracle import Oracle
from devpool.edit.rewrite import Changes, rewrite
from devpool.errors import DevpoolError, ProofError
from devpool.lifecycle.change_set import ChangeSet, shown
from devpool.lifecycle.folder_contents import context_modes, contexts, digest, home_files
from devpool.lifecycle.plan_notes import likely_apps, notes, notes_on_logins
from devpool.lifecycle.read_state import Earlier
from devpool.load.container_files import start_of
from devpool.load.find_evidence import with_evidence
from devpool.load.image_contents import taking_in
from devpool.load.other_readers import with_readers
from devpool.load.override_file import with_override
from devpool.load.root import find_root
from devpool.load.session_use import session_use
from devpool.model.build_model import read_model
from devpool.model.compose_model import Reading
from devpool.model.project import Project
from devpool.model.sources import Sources
from devpool.prove.added_services import prove_exporter, prove_pooler, prove_waits
from devpool.prove.planned_changes import prove_meaning, prove_reading, prove_text
from devpool.text.address import find_addresses
from devpool.text.document import encode
from devpool.text.edits import Edit
from devpool.undo.digests import Digests, digests_of
from devpool.undo.locate_edit import File
from devpool.undo.meaning_check import beyond
from devpool.undo.state import AddedPooler, AppRoute, State
from devpool.undo.state_check import foreign, is_place, ours_of
from devpool.undo.undo import read_edited

_PRIVATE = 0o600


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
    plan = make_plan(project, chosen_routes(project, options), options)
    told = _notes(project, plan)
    _refuse_nothing(project, plan, told)
    plan = with_credentials(project, plan)
    changes = rewrite(project, plan, resources.block_template(), resources.block_template("exporter"))
    for edit in changes.edits:
        sources.refuse_closed(edit.path, edit.path)
        if sources.override and edit.path != sources.override.path:
            raise ProofError(
                "not-only-the-override", "another file than the override file would change", where=edit.path
            )
    reached = dict(_reached(everyone, plan, changes))
    _refuse_read(reached, options)
    texts = _new_texts(sources, changes)
    private = {f"{sources.directory}/{name}": text.encode() for name, text in changes.private.items()}
    _refuse_in_image(sources, private)
    readings = oracle.begin(texts | private) if oracle else None
    context = contexts(plan)
    record = _record(plan, options, changes, digest(context))
    _prove_known(sources, record, texts)
    ours = home_files(sources.directory, record, _digests(sources, record), context) | private
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
        modes=dict.fromkeys([*private, f"{sources.directory}/{DIGESTS}"], _PRIVATE)
        | context_modes(sources.directory, context),
        edited=tuple(dict.fromkeys([*texts, *earlier.files])),
        proved=oracle is not None,
        state=record,
        notes=(
            *told,
            *notes_on_logins(plan, sources.directory),
            *_shared(sources, plan, reached),
            *_cut_off(sources),
            *_only_by_default(sources),
            *_hard_links(sources, texts),
            *_outside(sources, changes),
        ),
    )


def _reached(sources: Sources, plan: Plan, changes: Changes) -> Iterator[tuple[str, str]]:
    """The other compose files that an edit reaches, each with the place of the edit. A variable more in an env file
    changes nothing for them.
    """
    homes = {found.document.path for found in plan.credentials.values()}
    for edit in changes.edits:
        if not (edit.path in sources.env_files and edit.inserts):
            position = -1 if edit.at[1:2] and edit.at[1] in plan.added else edit.start
            reader = sources.reader_of(edit.path, position, edit.at[-1], homes)
            if reader:
                yield reader, f"{edit.path}:{_file(sources, edit.path).line_of(edit.start)}"


def _refuse_read(reached: Mapping[str, str], options: Options) -> None:
    """What another compose file reads too is not changed under its feet, unless the user says so.

    Raises:
        DevpoolError: `shared-value`.
    """
    for reader, where in () if options.allow_shared else reached.items():
        raise DevpoolError(
            "shared-value",
            f"a change here would also affect {reader}, which reads the same text and has no pooler",
            where=where,
            hint="put what the apps need into a file that only this project reads; or pass --allow-shared, and "
            "give the other file the pooler, too",
        )


def _hard_links(sources: Sources, paths: Iterable[str]) -> Iterator[str]:
    """Notes about files with several hard links, because an edited file is a new file."""
    for path in paths:
        others = hard_links(path) - 1
        if others > 0:
            names = "another name" if others == 1 else f"{others} other names"
            yield (
                f"{shown(path, sources.directory)} has {names} (hard links), which will keep the old text: "
                "use symbolic links for a file that several places share"
            )


def _prove(project: Project, plan: Plan, changes: Changes, before: Reading, after: Reading) -> None:
    prove_reading(project, [s for p in plan.poolers for s in plan.settings_of(p)], before)
    prove_meaning(plan, before, after)
    prove_waits(plan, changes.edits, after)
    for pooler in plan.poolers:
        prove_pooler(pooler, plan.credentials[pooler.name], before, after)
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
        more = next(beyond(_read_again(path, data, record), _file(sources, path), ours), None)
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
    likely = (
        f"{name} likely uses {feature.name} ({place}): {feature.harm}; {feature.remedy.format(service=name)}"
        for name, feature, place in session_use(project, plan.apps)
        if name not in plan.in_session
    )
    return (*notes(project, plan, starts), *likely)


def _refuse_in_image(sources: Sources, private: Iterable[str]) -> None:
    """A private file must not be in an image's build context, unless `.dockerignore` excludes it.

    Raises:
        DevpoolError: `secret-in-image`.
    """
    found = next(taking_in(sources.services, private), None)
    if found is None:
        return
    folder, ignore = posixpath.dirname(found.below), shown(found.ignore, sources.directory)
    name = shown(found.path, sources.directory)
    raise DevpoolError(
        "secret-in-image",
        f"the build context of `{found.service}` includes {name}, so a password could get into its image",
        where=found.place,
        hint=f"add the line `{folder}` at the end of {ignore}, and run the command again",
    )


def _shared(sources: Sources, plan: Plan, reached: Iterable[str]) -> Iterator[str]:
    """Notes about other compose files that read what changes: how they get the poolers."""
    for reader in reached:
        home = os.path.relpath(plan.credentials[plan.poolers[0].name].document.path, posixpath.dirname(reader))
        blocks = ", ".join(f"{p.name}: {{extends: {{file: {home}, service: {p.name}}}}}" for p in plan.poolers)
        yield f"{shown(reader, sources.directory)} also reads text that changes; add to its `services`: {blocks}"


def _cut_off(sources: Sources) -> Iterator[str]:
    if sources.cut_off:
        yield (
            "the repository is large: devpool did not look at all of it for other compose files that read the same "
            "files; those that do may need the pooler, too"
        )


def _only_by_default(sources: Sources) -> Iterator[str]:
    """A note on who reads an override file."""
    if sources.override:
        yield (
            f"Compose reads {shown(sources.override.path, sources.directory)} only where it finds the compose file by "
            "itself: with -f or COMPOSE_FILE the apps connect directly"
        )


def _outside(sources: Sources, changes: Changes) -> tuple[str, ...]:
    """The edited files outside the project's root, which the user has allowed."""
    paths = dict.fromkeys(edit.path for edit in changes.edits if edit.path in sources.outside)
    return tuple(f"{path} is outside the repository and is edited anyway{_behind(path)}" for path in paths)


def _behind(path: str) -> str:
    real = os.path.realpath(path)
    return "" if real == path else f": the file is {real}"


def _refuse_nothing(project: Project, plan: Plan, told: tuple[str, ...]) -> None:
    if plan.moves or plan.by_name or plan.poolers:
        return
    where = project.sources.documents[0].path
    if not project.databases:
        raise _no_database(project, where)
    if plan.routes:
        raise _all_direct(project, plan, where, told)
    raise DevpoolError(
        "nothing-to-pool",
        details=told,
        message=f"no app names `{', '.join(project.databases)}` where devpool can change it",
        where=where,
        hint=_by_name_hint(project),
    )


def _by_name_hint(project: Project) -> str:
    """The command that pools by name the services that may be apps, or puts up a pooler for programs on the host."""
    apps = [(n, d) for n, d in likely_apps(project) if project.services[n].text("network_mode") in ("", "bridge")]
    several = len(project.databases) > 1
    words = " ".join(f"--by-name {name}{f':{database}' if several else ''}" for name, database in apps)
    inside = [d.service for d in project.databases.values() if d.service and not d.forwards]
    if not words and inside and not any(s.text("network_mode") for s in inside):
        return (
            "if the app runs on the host, give it a pooler there: devpool enable --publish; "
            "if a service connects, name it: devpool enable --by-name SERVICE"
        )
    return (
        "devpool found no address of it in mounted files or source code either; name the services that connect to it: "
        f"devpool enable {words or '--by-name SERVICE'}"
    )


def _no_database(project: Project, where: str) -> DevpoolError:
    """The refusal of a project without a database, with the first address that names no service."""
    named = (
        (f"`{service}.{name}` names `{address.host}`, {_what_is(project, address.host)}", value.origin.place)
        for service, values in project.environments.items()
        for name, value in values.items()
        for address in find_addresses(value.text)
        if address.kind in ("url", "jdbc")
    )
    message, place = next(named, ("no service of this project is a Postgres server", where))
    return DevpoolError(
        "no-database",
        message,
        where=place,
        hint="devpool needs the service that runs Postgres, or the full host name of a server elsewhere; "
        "check whether the project has another compose file (-f)",
    )


def _what_is(project: Project, host: str) -> str:
    """What a host is that is no Postgres server as far as the files tell."""
    if host in project.poolers:
        return "which is a pooler already"
    if host in project.services:
        return "a service that does not look like a Postgres server"
    return "which is not a service of this project"


def _all_direct(project: Project, plan: Plan, where: str, told: tuple[str, ...]) -> DevpoolError:
    routes = (r for r in plan.routes if r.code not in ("network", "profiles", "user", "named-direct"))
    # `--pool` changes a connection variable: what only a file or an image tells of has none.
    movable = dict.fromkeys(r.service for r in routes if project.of(r.service))
    overrule = " ".join(f"--pool {name}" for name in movable)
    return DevpoolError(
        "nothing-to-pool",
        "every app stays direct: " + "; ".join(f"{r.service}: {r.reason}" for r in plan.routes),
        where=where,
        details=told,
        hint=f"override this where you know better: {overrule}"
        if overrule
        else "a pooler has nothing to do here; `devpool explain` shows each connection variable",
    )


def _file(sources: Sources, path: str) -> File:
    return sources.loaded.get(path) or sources.env_files[path]


def _new_texts(sources: Sources, changes: Changes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    by_path: dict[str, list[Edit]] = {}
    for edit in changes.edits:
        by_path.setdefault(edit.path, []).append(edit)
    for path, edits in by_path.items():
        file = _file(sources, path)
        found[path] = encode(file.bom, prove_text(file.text, edits))
    return found


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
    return {e: d for p in state.paths() for e, d in digests_of(_file(sources, p).text, state.edits_of(p)).items()}
