"""`devpool explain`: each connection variable, where its value is written, and how enable would change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypedDict

import click

from devpool import completing
from devpool.command_options import project_options
from devpool.context import Context, context
from devpool.decide.options import Options
from devpool.decide.plan import Plan
from devpool.decide.planning import make_plan
from devpool.decide.routing import Route, chosen_routes
from devpool.errors import DevpoolError
from devpool.lifecycle.likely_advice import behind_poolers, likely_needs, likely_sessions
from devpool.lifecycle.open_project import open_project
from devpool.lifecycle.variable_rows import RowData, VariableRows
from devpool.load.other_readers import with_readers
from devpool.model.project import ConnectionVariable, Project, unknown_service
from devpool.output import sentence
from devpool.redact.terminal_text import shortened


class RefusalData(TypedDict):
    """Why enable would refuse the project.

    Attributes:
        code: the code of the refusal.
        message: what is wrong.
    """

    code: str
    message: str


class LikelyData(TypedDict):
    """What `check` would say of an app, by its files: likely, not certain.

    Attributes:
        service: the app.
        message: what its drivers need, or what its source does in a session, with file and line.
        hint: what to do; "" for nothing.
    """

    service: str
    message: str
    hint: str


class ExplainAnswer(TypedDict):
    """The connection variables.

    Attributes:
        settings: each of them.
        likely: what `check` would say of the pooled apps, by their files.
        refusal: why enable would refuse the project; null where it would not.
    """

    settings: list[RowData]
    likely: list[LikelyData]
    refusal: RefusalData | None


@click.command()
@project_options
@click.argument("service", required=False, shell_complete=completing.services)
@click.pass_obj
def explain(parent: dict[str, Any], /, service: str | None, **options: Any) -> None:
    """Show where each connection variable comes from.

    With SERVICE, show only that app's. Shows the project as it is without devpool, read as the plan reads it, and what
    the apps' drivers likely need behind the pooler, by their files.

    \b
    Examples:
      devpool explain
      devpool explain web
    """
    ctx = context(parent, options)
    opened = open_project(ctx, "look")
    chosen = opened.options
    project = _among_readers(opened.without_devpool, chosen)
    routes = chosen_routes(project, chosen)
    plan, refusal = _plan(project, routes, chosen)
    told = VariableRows(project, routes, plan, chosen)
    rows = [
        told.row(variable)
        for variable in (*project.connection_variables, *_names(plan), *project.kept)
        if service in (None, variable.service)
    ]
    rows += [told.by_evidence(r) for r in told.evident() if service in (None, r.service)]
    rows += told.on_the_host() if service is None else ()
    if service and not rows:
        raise _nothing(project, service)
    _show(ctx, rows, _likely(project, plan, service), refusal)


def _likely(project: Project, plan: Plan | None, service: str | None) -> list[LikelyData]:
    behind = {app: at for app, at in behind_poolers(plan).items() if service in (None, app)} if plan else {}
    results = (*likely_needs(project, behind), *likely_sessions(project, behind))
    return [{"service": r.subject, "message": r.message, "hint": r.hint} for r in results]


def _among_readers(project: Project, chosen: Options) -> Project:
    """The project with the other compose files that read its text, which enable looks for too."""
    return project if chosen.allow_shared else replace(project, sources=with_readers(project.sources))


def _names(plan: Plan | None) -> list[ConnectionVariable]:
    """The variables that hold a database's name, which are connection variables only for the session alias."""
    return [m.variable for m in plan.moves if m.variable.kind == "database"] if plan else []


def _plan(project: Project, routes: list[Route], options: Options) -> tuple[Plan | None, DevpoolError | None]:
    try:
        return make_plan(project, routes, options), None
    except DevpoolError as error:
        return None, error


def _nothing(project: Project, service: str) -> DevpoolError:
    if service not in project.services:
        return unknown_service(project, service)
    return DevpoolError(
        "no-setting",
        f"`{service}` names no database in its environment",
        where=project.services[service].place,
        hint="devpool found no address in its files either: give it an environment variable, or pool it by name: "
        f"devpool enable --by-name {service}",
    )


def _show(ctx: Context, rows: list[RowData], likely: list[LikelyData], refusal: DevpoolError | None) -> None:
    lines: list[str] = []
    for row in rows:
        if row["variable"]:
            lines.append(f"{row['service']}.{row['variable']} = {shortened(row['value'])}")
            lines.append(f"  written at   {row['origin']}")
        else:
            lines.append(f"{row['service']} connects to {row['database']}, by no variable")
        lines += [f"  made of      {part}" for part in row["through"]]
        more = f" and {row['shared_with_more']} more" if row["shared_with_more"] else ""
        lines += [f"  shared with  {', '.join(row['shared_with'])}{more}"] if row["shared_with"] else []
        lines += [f"  route        {row['route']}: {row['reason']}"]
        lines += [f"  enable       {row['becomes'] or 'leaves it as it is'}", ""]
    if not rows:
        lines = ["no app names a database in its environment"]
    lines += ["likely, by the files of the apps:"] if likely else []
    for each in likely:
        lines += [f"  {each['service']}: {each['message']}", *([f"    hint: {each['hint']}"] if each["hint"] else [])]
    lines += [""] if likely else []
    if refusal:
        lines += [f"enable would refuse: {sentence(refusal)}", f"hint: {refusal.hint}"]
    ctx.output.lines(*lines)
    refused: RefusalData | None = {"code": refusal.code, "message": refusal.message} if refusal else None
    answer: ExplainAnswer = {"settings": rows, "likely": likely, "refusal": refused}
    ctx.output.data(answer)
