"""Why enable refuses a project: nothing to pool, text that others read, a secret in an image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from devpool.catalog.compose_versions import OLDEST, OLDEST_IN_WORDS
from devpool.checks.facts import Version
from devpool.decide.options import Options
from devpool.decide.plan import Plan
from devpool.edit.rewrite import Changes
from devpool.errors import DevpoolError
from devpool.lifecycle.plan_notes import likely_apps
from devpool.load.image_contents import taking_in
from devpool.model.paths import relative
from devpool.model.project import Project
from devpool.model.services import OVERRIDE
from devpool.model.sources import Sources
from devpool.text.address import find_addresses


def refuse_nothing(project: Project, plan: Plan, told: tuple[str, ...]) -> None:
    """Refuse a project in which a plan has nothing to pool.

    Args:
        project: the project.
        plan: the plan.
        told: the plan's notes, which tell more.

    Raises:
        DevpoolError: `nothing-to-pool`, `no-database`.
    """
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
    routes = (r for r in plan.routes if r.code not in ("network", "profiles", "user", "named-direct", "no-link"))
    # `--pool` changes a connection variable: what only a file or an image tells of has none.
    movable = dict.fromkeys(r.service for r in routes if project.of(r.service))
    kept = [f"{s.service}:{s.name}" for s in project.kept if not project.of(s.service)]
    overrule = " ".join(f"--pool {name}" for name in dict.fromkeys([*movable, *kept]))
    published = [r for r in plan.routes if r.code == "network" and any(s.published for s in project.of(r.service))]
    return DevpoolError(
        "nothing-to-pool",
        "every app stays direct: " + "; ".join(f"{r.service}: {r.reason}" for r in plan.routes),
        where=where,
        details=told,
        hint=f"override this where you know better: {overrule}"
        if overrule
        else "publish the pooler on a port of the host, which these apps reach: devpool enable --publish"
        if published
        else "a pooler has nothing to do here; `devpool explain` shows each connection variable",
    )


def reached_by(sources: Sources, plan: Plan, changes: Changes) -> Iterator[tuple[str, str]]:
    """The other compose files that an edit reaches, each with the place of the edit. A variable more in an env file
    changes nothing for them.
    """
    pooler_files = {credentials.document.path for credentials in plan.credentials.values()}
    for edit in changes.edits:
        if not (edit.path in sources.env_files and edit.inserts):
            position = -1 if edit.at[1:2] and edit.at[1] in plan.added else edit.start
            reader = sources.reader_of(edit.path, position, edit.at[-1], pooler_files)
            if reader:
                yield reader, f"{edit.path}:{sources.file(edit.path).line_of(edit.start)}"


def refuse_read(reached: Mapping[str, str], options: Options) -> None:
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


def refuse_in_image(sources: Sources, private: Iterable[str]) -> None:
    """A private file must not be in an image's build context, unless `.dockerignore` excludes it.

    Raises:
        DevpoolError: `secret-in-image`.
    """
    found = next(taking_in(sources.services, private), None)
    if found is None:
        return
    folder, ignore = posixpath.dirname(found.below), relative(found.ignore, sources.directory)
    name = relative(found.path, sources.directory)
    raise DevpoolError(
        "secret-in-image",
        f"the build context of `{found.service}` includes {name}, so a password could get into its image",
        where=found.place,
        hint=f"add the line `{folder}` at the end of {ignore}, and run the command again",
    )


def refuse_old_compose(changes: Changes, version: Version) -> None:
    """What an older Compose would read differently must not be written.

    Args:
        changes: what enable would write.
        version: Compose's version; empty where it is not known.

    Raises:
        DevpoolError: `compose-too-old`.
    """
    if version and version < OLDEST and needs_new_compose(changes):
        raise DevpoolError(
            "compose-too-old",
            f"Docker Compose {'.'.join(map(str, version))} does not understand what devpool would write, "
            f"{OLDEST_IN_WORDS} or newer does",
            hint=f"update Docker's compose plugin{'' if changes.private else ', or leave out --override'}",
        )


def needs_new_compose(changes: Changes) -> bool:
    """Whether the edits have a tag or a key that older versions of Compose do not know."""
    added = (part for edit in changes.edits for part in edit.new if isinstance(part, str))
    return bool(changes.private) or any(OVERRIDE in part for part in added)
