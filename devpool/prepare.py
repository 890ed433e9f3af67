"""From the project on disk to what a command would write: read, decide, write as text, prove. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from devpool import readable, resources
from devpool.address import find_addresses
from devpool.document import Document, decode, parse
from devpool.edits import Edit
from devpool.errors import DevpoolError, ProofError
from devpool.home import context_modes, contexts, home_files
from devpool.model import Project
from devpool.notes import notes
from devpool.options import Options
from devpool.oracle import readings
from devpool.plan import Plan, make_plan
from devpool.pooler import FOLDER
from devpool.prepared import Prepared
from devpool.project import project_directory, read_project
from devpool.read_model import read_model
from devpool.rewrite import Changes, rewrite
from devpool.routing import chosen_routes
from devpool.sources import Selection, Sources
from devpool.state import PATH, AddedPooler, AppRoute, State, load
from devpool.undo import read_edited, undo, undo_exactly
from devpool.verify import prove_exporter, prove_meaning, prove_pooler, prove_reading, prove_text

_PRIVATE = 0o600
_BOM = "\ufeff"


def read_state(directory: Path) -> State | None:
    """The record of the last enable; None where the project is not enabled.

    Raises:
        DevpoolError: `state-unreadable`, `state-version`.
    """
    path = directory / PATH
    if readable.is_file(path):
        return load(readable.read(path), str(directory))
    # A folder, or a link that leads nowhere, is a damaged record, and no sign that there is none.
    return load(b"", str(directory)) if os.path.lexists(path) else None


def undone(state: State) -> dict[str, bytes]:
    """The bytes that every edited file had before enable, with the user's later edits kept.

    Raises:
        DevpoolError: `changed-since-enable`.
    """
    found: dict[str, bytes] = {}
    for path in state.paths():
        if not Path(path).is_file():
            raise DevpoolError(
                "changed-since-enable",
                "the file that devpool edited is gone",
                where=path,
                hint="bring the file back, or remove .devpool/ if the project no longer uses it",
            )
        found[path] = _without_ours(path, Path(path).read_bytes(), state.edits_of(path))
    return found


def _without_ours(path: str, data: bytes, edits: list[Edit]) -> bytes:
    bom, text = decode(path, data)
    exact = undo_exactly(text, edits)
    if exact is None:
        exact = undo(read_edited(path, data, edits), edits)
    return _encoded(bom, exact)


def _encoded(bom: bool, text: str) -> bytes:
    return ((_BOM if bom else "") + text).encode("utf-8")


def prepare_enable(
    selection: Selection, cwd: Path, shell: Mapping[str, str], options: Options, *, verify: bool
) -> Prepared:
    """What enable would do to the project as it would be without devpool: enabling twice is enabling once.

    Raises:
        DevpoolError: every refusal there is.
    """
    directory = project_directory(selection, cwd, shell)
    state = read_state(directory)
    instead = undone(state) if state else {}
    sources = read_project(selection, cwd, shell, instead)
    project = read_model(sources)
    plan = make_plan(project, chosen_routes(project, options), options)
    _refuse_nothing(project, plan)
    changes = rewrite(project, plan, resources.block_template(), resources.block_template("exporter"))
    texts = _new_texts(sources, changes)
    private = {f"{sources.directory}/{name}": text.encode() for name, text in changes.private.items()}
    if verify:
        before, after = readings(sources, texts | private)
        prove_reading(project, [m.setting for m in plan.moves], before)
        prove_meaning(plan, before, after)
        for pooler in plan.poolers:
            prove_pooler(project, pooler, [m.setting for m in plan.moves if m.pooler is pooler], before, after)
            prove_exporter(pooler, after)
    record = _record(plan, options, changes)
    context = contexts(plan)
    ours = home_files(sources.directory, record, context) | private
    wanted: dict[str, bytes | None] = {**instead, **texts, **ours}
    stale = _ours_on_disk(directory).keys() - wanted.keys() if state else set()
    wanted |= dict.fromkeys(stale)
    return Prepared(
        sources=sources,
        project=project,
        plan=plan,
        before={p: _on_disk(p) for p in wanted},
        after=wanted,
        modes=dict.fromkeys(private, _PRIVATE) | context_modes(sources.directory, context),
        edited=tuple(dict.fromkeys([*texts, *instead])),
        proved=verify,
        state=record,
        notes=tuple(notes(project, plan)),
    )


def _refuse_nothing(project: Project, plan: Plan) -> None:
    if plan.moves:
        return
    where = project.sources.documents[0].path
    if not project.databases:
        raise _no_database(project, where)
    if plan.routes:
        raise _all_direct(plan, where)
    raise DevpoolError(
        "nothing-to-pool",
        details=tuple(notes(project, plan)),
        message=f"no app names `{', '.join(project.databases)}` where devpool could change it",
        where=where,
        hint="give the app its database address in an environment variable; what a file inside an image says "
        "cannot be seen",
    )


def _no_database(project: Project, where: str) -> DevpoolError:
    """The refusal of a project without a database, with the first address that leads nowhere in it."""
    named = (
        (f"`{service}.{name}` names `{address.host}`, which is no service of this project", value.origin.place)
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
        hint="devpool needs the service that runs Postgres, or the full name of a server elsewhere; "
        "see whether another file belongs to the project (-f)",
    )


def _all_direct(plan: Plan, where: str) -> DevpoolError:
    movable = dict.fromkeys(r.service for r in plan.routes if r.code not in ("network", "user", "named-direct"))
    overrule = " ".join(f"--pool {name}" for name in movable)
    return DevpoolError(
        "nothing-to-pool",
        "every app stays direct: " + "; ".join(f"{r.service}: {r.reason}" for r in plan.routes),
        where=where,
        hint=f"overrule it where you know better: {overrule}"
        if overrule
        else "there is nothing for a pooler to do here; `devpool explain` shows each setting",
    )


def _new_texts(sources: Sources, changes: Changes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in dict.fromkeys(e.path for e in changes.edits):
        file: Document | None = sources.loaded.get(path)
        text = file.text if file else sources.env_files[path].text
        bom = file.bom if file else sources.env_files[path].bom
        found[path] = _encoded(bom, prove_text(text, [e for e in changes.edits if e.path == path]))
        if file:
            _prove_readable(path, found[path])
    return found


def _prove_readable(path: str, data: bytes) -> None:
    """What is written must be YAML, also where Compose is not asked."""
    try:
        parse(path, data)
    except DevpoolError as error:
        raise ProofError("not-readable", f"the edited file would not be read: {error.message}", where=path) from None


def _record(plan: Plan, options: Options, changes: Changes) -> State:
    return State(
        options=asdict(options),
        edits=changes.edits,
        private=tuple(changes.private),
        poolers=tuple(
            AddedPooler(name=p.name, database=p.database, port=p.port, exporter=p.exporter) for p in plan.poolers
        ),
        routes=tuple(
            AppRoute(service=r.service, database=r.database, pooled=r.pooled, reason=r.reason) for r in plan.routes
        ),
    )


def _ours_on_disk(directory: Path) -> dict[str, bytes]:
    """What lies below `.devpool/`, but for the lock and the journal, which their own modules look after."""
    folder = directory / FOLDER
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in ("lock", "journal")
    }


def _on_disk(path: str) -> bytes | None:
    return Path(path).read_bytes() if Path(path).is_file() else None


def prepare_disable(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> Prepared | None:
    """What disable would do; None where the project is not enabled.

    Raises:
        DevpoolError: `changed-since-enable`, and what reading raises.
    """
    directory = project_directory(selection, cwd, shell)
    state = read_state(directory)
    if state is None:
        return None
    files = undone(state)
    ours = _ours_on_disk(directory)
    return Prepared(
        sources=read_project(selection, cwd, shell, files),
        project=None,
        plan=None,
        before={p: _on_disk(p) for p in files} | ours,
        after={**files, **dict.fromkeys(ours)},
        modes={},
        edited=tuple(files),
        proved=False,
        state=state,
    )
