"""`devpool size`: whether this project needs a pooler, and with which numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypedDict

import click

from devpool.command_options import project_options
from devpool.context import Context, context
from devpool.decide.tuning import in_words
from devpool.docker.console import Outcome
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.lifecycle.read_state import read_state
from devpool.lifecycle.retune import Retuned, retune, retuned_lines
from devpool.observe.sizing_facts import gather
from devpool.output import table
from devpool.sizing.arithmetic import SOURCES, Size, Step, recommend
from devpool.undo.state import not_enabled


class SizeAnswer(TypedDict):
    """The sizes.

    Attributes:
        databases: the answer for each database; `sources` has what says so.
        written: whether a file was written, with `--apply`.
        settings: each setting in each pooler, with `--apply`.
    """

    databases: list[Size]
    written: bool
    settings: list[Outcome]


@click.command()
@project_options
@click.option("--seconds", type=click.FloatRange(0, 600), default=0, help="Measure the load for this long.")
@click.option("--apply", is_flag=True, help="Set the recommended values, as `devpool set` does.")
@click.option("--no-up", is_flag=True, help="With --apply: edit the files only; touch no container.")
@click.option("--no-verify", is_flag=True, help="With --apply: skip the proof of the result with Compose.")
@click.pass_obj
def size(parent: dict[str, Any], /, **options: Any) -> None:
    """Show whether to pool, with which numbers and why.

    \b
    Examples:
      devpool size                 from the files, and from what runs
      devpool size --seconds 30    also measure the load
      devpool size --apply         set what it recommends
    """
    ctx = context(parent, options)
    opened = open_project(ctx, "change" if options["apply"] else "look")
    what = "measuring the load" if options["seconds"] else "looking at the project"
    with ctx.output.doing(what, on_terminal_only=not options["seconds"]):
        sizes = [recommend(inputs) for inputs in gather(ctx, opened, options["seconds"])]
    if not sizes:
        raise DevpoolError(
            "nothing-to-size",
            "no app names a database in its environment",
            hint="`devpool explain` shows what devpool sees",
        )
    ctx.output.lines(*size_lines(sizes))
    done = _apply(ctx, opened, sizes, options) if options["apply"] else []
    answer: SizeAnswer = {
        "databases": size_data(sizes),
        "written": any(d.written for d in done),
        "settings": [outcome for d in done for outcome in d.outcomes],
    }
    ctx.output.data(answer)


def _apply(ctx: Context, opened: OpenProject, sizes: list[Size], options: dict[str, Any]) -> list[Retuned]:
    words = next((in_words(_texts(s)) for s in sizes if s.settings), "")
    sets = " ".join(f"--set {word}" for word in words.split())
    otherwise = not_enabled(f"devpool enable {sets}".rstrip())
    state = opened.require_record(otherwise)
    verify, up = not options["no_verify"], not options["no_up"]
    if not verify:
        ctx.output.unproved()
    poolers = {p.database: p.name for p in state.poolers}
    outcomes: list[Retuned] = []
    for mine in (s for s in sizes if s.settings and s.database in poolers):
        name = poolers[mine.database] if len(poolers) > 1 else None
        # Each one changes the files as the previous one left them.
        now = read_state(opened.directory, allow_outside=ctx.selection.allow_outside) or state
        outcomes.append(retune(ctx, opened.directory, now, _texts(mine), pooler=name, up=up, verify=verify))
        ctx.output.lines("", *retuned_lines(outcomes[-1]))
    return outcomes


def _texts(size: Size) -> dict[str, str]:
    return {key: str(value) for key, value in size.settings.items()}


def size_lines(sizes: list[Size]) -> list[str]:
    """Each database: its arithmetic line by line, the settings, the verdict; last the sources."""
    keys = list(dict.fromkeys(key for size in sizes for step in size.steps for key in step.sources))
    numbers = {key: str(i) for i, key in enumerate(keys, 1)}
    lines = [line for size in sizes for line in [*_lines(size, numbers), ""]]
    return [*lines, "sources:", *(f"  [{number}] {SOURCES[key]}" for key, number in numbers.items())]


def _lines(size: Size, numbers: dict[str, str]) -> list[str]:
    width = max(len(str(step.value)) for step in size.steps)
    rows = [(f"  {s.name}", str(s.value).rjust(width), _how(s, numbers)) for s in size.steps]
    lines = [f"{size.database}:", *table(rows), "", size.sentence]
    if size.changes:
        lines += ["what would change it:", *(f"  - {change}" for change in size.changes)]
    if any(step.assumed for step in size.steps):
        lines += ["nothing in the project says what is marked `assumed`: check these lines first"]
    if size.settings:
        lines += ["", f"recommended: {in_words({k: str(v) for k, v in size.settings.items()})}"]
    return lines


def _how(step: Step, numbers: dict[str, str]) -> str:
    cited = "".join(f" [{numbers[key]}]" for key in step.sources)
    return f"{'assumed: ' if step.assumed else ''}{step.how}{cited}"


def size_data(sizes: list[Size]) -> list[Size]:
    """The same for `--json`: each step has its sources in full, in place of their keys."""
    return [replace(size, steps=tuple(map(_with_sources, size.steps))) for size in sizes]


def _with_sources(step: Step) -> Step:
    return replace(step, sources=tuple(SOURCES[key] for key in step.sources))
