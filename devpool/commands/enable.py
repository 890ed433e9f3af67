"""`devpool enable`: put a pooler in front of the project's databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devpool import completing
from devpool.command_options import given_settings, project_options, tuning_options
from devpool.commit.lock import reading
from devpool.context import Context, context
from devpool.decide.options import REPLICAS, Options, with_settings, without
from devpool.decide.plan import MOST_REPLICAS
from devpool.decide.stack_options import refuse_beside_compose, refuse_on_a_stack
from devpool.errors import DevpoolError, UsageError
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.lifecycle.prepare_enable import prepare_enable
from devpool.output import next_lines
from devpool.verb import option

if TYPE_CHECKING:
    from devpool.decide.plan import Plan
    from devpool.lifecycle.apply_to_containers import Follow
    from devpool.lifecycle.change_set import ChangeSet
    from devpool.lifecycle.container_plan import ContainerPlan
    from devpool.undo.state import State

_PUBLISHED = 6432
_route, _pooler, _files, _done = (
    partial(option, group=group) for group in ("Who is pooled", "The pooler", "Which files change", "What is done")
)


@click.command()
@project_options
@_route(
    "--direct",
    multiple=True,
    metavar="SERVICE[:NAME]",
    shell_complete=completing.services_and_variables,
    help="Keep a service, or its variable NAME, connected directly to the database.",
)
@_route(
    "--pool",
    multiple=True,
    metavar="SERVICE[:NAME]",
    shell_complete=completing.services_and_variables,
    help="Pool a service, or its variable NAME, that would stay direct.",
)
@_route(
    "--session",
    multiple=True,
    metavar="SERVICE",
    shell_complete=completing.services,
    help="Give a service session pooling (a session alias).",
)
@_route(
    "--by-name",
    multiple=True,
    metavar="SERVICE",
    shell_complete=completing.services,
    help="Pool a service whose database address is in no variable.",
)
@_pooler("--name", metavar="NAME", help="Name of the pooler's service (default: pgbouncer).")
@_pooler("--port", type=click.IntRange(1, 65535), help="Port of the pooler (6432, or 5432 if needed).")
@_pooler(
    "--publish",
    is_flag=False,
    flag_value=_PUBLISHED,
    type=click.IntRange(1, 65535),
    metavar="[PORT]",
    help="Publish the pooler on a loopback port of the host (6432), for apps in the host's network.",
)
@_pooler("--metrics/--no-metrics", default=None, help="Add a Prometheus exporter to each pooler.")
@_pooler("--swarm", is_flag=True, help="The files are a stack's: `docker stack deploy` runs them; needs --image.")
@_pooler(
    "--replicas",
    type=click.IntRange(1, MOST_REPLICAS),
    metavar="N",
    help=f"Tasks of each pooler in a stack ({REPLICAS}).",
)
@_pooler(
    "--image", metavar="REF", help="Use this ready image (`devpool image`) in place of a build; '' to build again."
)
@_files("--allow-shared", is_flag=True, help="Also change text that other compose files of the repository read.")
@_files(
    "--override/--no-override",
    default=None,
    help="Write an override file beside the compose file, and change no other file.",
)
@tuning_options
@_done("--dry-run", is_flag=True, help="Show the plan and write nothing.")
@_done("--diff", is_flag=True, help="Show the changes to the files and write nothing.")
@_done("--no-up", is_flag=True, help="Edit the files only; touch no container.")
@_done("--up", is_flag=True, help="If the project is not running, start what is needed.")
@_done(
    "--recreate-pending",
    is_flag=True,
    help="Also recreate a running database for an edit of yours that it does not have yet.",
)
@_done("--no-verify", is_flag=True, help="Skip the proof of the result with Compose.")
@click.pass_obj
def enable(parent: dict[str, Any], /, **options: Any) -> None:
    """Put a PgBouncer in front of Postgres.

    Edits the files. If the project is running, also starts the pooler and moves the apps to it.

    \b
    Examples:
      devpool enable --dry-run                    show the plan
      devpool enable                              edit the files, start the pooler, move the apps
      devpool enable --direct worker              all but worker
      devpool enable --up --preset ci             in CI: also start what is needed
      devpool enable --set max_client_conn=500    with a setting of PgBouncer
      devpool enable --swarm --image REF -f s.yml in a stack, for `docker stack deploy`
    """
    ctx = context(parent, options)
    writes = not (options["dry_run"] or options["diff"])
    opened = open_project(ctx, "change" if writes else "preview")
    directory, swarm = opened.directory, opened.selection.swarm
    touches = not (options["no_up"] or swarm)
    with reading(directory), ctx.output.doing("reading the project", on_terminal_only=True):
        state = opened.state
        prepared = _prepare(ctx, opened, options)
    from devpool.lifecycle.plan_data import connections_data, plan_data  # loaded while Compose is already working
    from devpool.lifecycle.plan_report import plan_lines, replaced_lines, written_lines
    from devpool.lifecycle.stack_commands import there_lines

    diff = {"diff": prepared.diff()} if options["diff"] else {}
    ctx.output.diff("".join(diff.values()))
    containers = _containers(opened, prepared, state, options) if touches else None
    ctx.output.lines(*([] if diff else plan_lines(prepared)), *(containers.lines() if containers else ()))
    ctx.output.lines(*([] if state else _tuned_before(ctx, directory, options)))
    if not writes:
        ctx.output.lines(*replaced_lines(prepared, done=False))
        ctx.output.data(plan_data(prepared, written=False, containers=containers), verbatim=diff)
        return
    if not options["no_up"]:
        _require_image(ctx, prepared)
    follow = _follow(ctx, opened, prepared) if touches else None
    ctx.output.lines("")
    if follow:
        pending = options["recreate_pending"]
        live = follow.enabled(prepared, directory, state, everything=options["up"], recreate_pending=pending)
    else:
        live = []
        ctx.output.warnings(prepared.commit(directory))
        ctx.output.lines(*written_lines(prepared))
    ctx.output.lines(*(_next(running=bool(follow.running or options["up"])) if follow else ()))
    ctx.output.lines(*(there_lines(ctx.selection) if swarm else ()))
    answer = plan_data(prepared, written=bool(prepared.changes()), containers=containers)
    ctx.output.data({**answer, "connections": connections_data(prepared, live)})


def _next(*, running: bool) -> list[str]:
    """The commands that come next."""
    first = ("docker compose up --detach", "starts the pooler and the apps") if not running else None
    checked = ("devpool check", "whether all is well, and what the apps need behind a pooler")
    back = ("devpool disable", "everything as it was, to the byte")
    return ["", *next_lines([first, checked] if first else [checked, back])]


def _containers(
    opened: OpenProject, prepared: ChangeSet, state: State | None, options: dict[str, Any]
) -> ContainerPlan | None:
    """What happens to containers; None where the engine does not tell."""
    from devpool.lifecycle.apply_to_containers import gone
    from devpool.lifecycle.container_plan import planned

    assert prepared.plan, "enable has one"
    up, pending, removed = options["up"], options["recreate_pending"], gone(state, prepared.plan)
    try:
        return planned(opened.stack, prepared, state, removed, up=up, recreate_pending=pending)
    except DevpoolError:
        return None


def _tuned_before(ctx: Context, directory: Path, options: dict[str, Any]) -> list[str]:
    """Offers the poolers' settings from before the last disable, unless the command line has settings."""
    from devpool.commit.backups import commands_for, kept_settings

    kept = None if given_settings(options) else kept_settings(directory, ctx.shell)
    if kept is None:
        return []
    commands = [f"  {command}" for command in commands_for(kept)]
    return ["", "the pooler was tuned before the last disable; to use those settings again:", *commands]


def _remembered(last: tuple[str, ...], opposite: tuple[str, ...]) -> tuple[str, ...]:
    """The services from the last enable, without those for which the user now asks the opposite."""
    return tuple(name for name in last if name not in opposite)


def _follow(ctx: Context, opened: OpenProject, prepared: ChangeSet) -> Follow:
    # Imported here, because only commands that touch containers need them.
    from devpool.compare.leftovers import sweep
    from devpool.lifecycle.apply_to_containers import Follow

    sweep(ctx, opened)
    opened.stack.refuse_others(prepared.plan.added if prepared.plan else ())
    return Follow(ctx, opened.stack)


def _require_image(ctx: Context, prepared: ChangeSet) -> None:
    """Refuse an image that cannot be a pooler, before anything is written."""
    name = prepared.state.options.image if prepared.state else ""
    if name:
        from devpool.docker.pooler_image import PoolerImage

        PoolerImage(name, str(ctx.cwd), ctx.shell, ctx.output).require()


def _prepare(ctx: Context, opened: OpenProject, options: dict[str, Any]) -> ChangeSet:
    if options["no_verify"]:
        ctx.output.unproved()
    chosen = _options(options, opened.options)
    touches = not (options["no_up"] or chosen.swarm)
    if options["replicas"] and not chosen.swarm:
        raise UsageError("not-on-a-stack", "--replicas is for stacks", hint="with Compose: docker compose up --scale")
    if chosen.swarm:
        refuse_on_a_stack(chosen, ctx.selection)
        refuse_beside_compose(opened.state.options if opened.state else chosen)
    if touches:
        from devpool.lifecycle.live_evidence import live_evidence

        connected = live_evidence(opened, chosen)
        chosen = replace(chosen, evidence={**chosen.evidence, **connected})
    prepared = prepare_enable(opened, chosen, verify=not options["no_verify"])
    if prepared.plan and chosen.publish is not None:
        from devpool.lifecycle.stack_notes import note_on_remote

        remote = note_on_remote(prepared.plan, ctx.shell.get("DOCKER_HOST", ""))
        prepared = replace(prepared, notes=(*prepared.notes, *remote))
    if not touches or prepared.plan is None:
        unasked = _unasked(opened, chosen, prepared.plan, no_up=options["no_up"])
        return replace(prepared, notes=(*prepared.notes, *unasked))
    from devpool.lifecycle.live_notes import live_notes

    return replace(prepared, notes=(*prepared.notes, *live_notes(opened, prepared.plan)))


def _unasked(opened: OpenProject, chosen: Options, plan: Plan | None, *, no_up: bool) -> Iterator[str]:
    """The notes of a plan for which Docker is not asked."""
    from devpool.lifecycle.live_notes import likely_notes

    if chosen.image and no_up:
        yield f"--no-up: devpool did not check that {chosen.image} is one of its poolers"
    yield from likely_notes(opened, plan, ()) if plan else ()


def _options(given: dict[str, Any], last: Options) -> Options:
    """The options from the command line; those not given are the ones from the last enable."""
    settings = given_settings(given)
    return replace(
        last,
        name=given["name"] or last.name,
        port=str(given["port"]) if given["port"] else last.port,
        direct=given["direct"] or _remembered(last.direct, (*given["pool"], *given["session"], *given["by_name"])),
        pool=given["pool"] or _remembered(last.pool, given["direct"]),
        session=given["session"] or _remembered(last.session, (*given["direct"], *given["pool"], *given["by_name"])),
        by_name=given["by_name"] or _remembered(last.by_name, (*given["direct"], *given["session"])),
        allow_shared=given["allow_shared"] or last.allow_shared,
        override=last.override if given["override"] is None else given["override"],
        publish=given["publish"] or last.publish,
        metrics=last.metrics if given["metrics"] is None else given["metrics"],
        swarm=given["swarm"] or last.swarm,
        replicas=given["replicas"] or last.replicas,
        image=last.image if given["image"] is None else given["image"],
        settings=with_settings(last.settings, settings),
        settings_of=without(last.settings_of, settings),
    )
