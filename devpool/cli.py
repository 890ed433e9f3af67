"""The command line: the command group, Docker's plugin protocol, and the place where errors become exit codes."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import signal
import sys
from importlib import import_module
from typing import Any, TypedDict

import click

from devpool import __version__, completing
from devpool.command_options import project_options
from devpool.errors import BUG, DONE, INTERRUPTED, USAGE, DevpoolError, UsageError
from devpool.output import Output
from devpool.redact.sentences import redact
from devpool.redact.terminal_text import visible
from devpool.verb import Verb, write_options

_PLUGIN = {
    "SchemaVersion": "0.1.0",
    "Vendor": "devpool",
    "Version": __version__,
    "ShortDescription": "Put PgBouncer in front of Postgres, and remove it, with one command",
}


_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<=: )[^'\"\s]*[\d@=][^'\"]*$"
_VERBS = (
    *("enable", "disable", "compare", "migrate", "direct", "psql", "status", "check", "top"),
    *("explain", "size", "set", "reload", "metrics", "image", "manifest"),
    *("plugin", "help", "completion"),
)


class VersionAnswer(TypedDict):
    """What `devpool --version` tells.

    Attributes:
        devpool: the version of devpool.
        python: the version of the Python that runs it.
    """

    devpool: str
    python: str


def _show_version(ctx: click.Context, _option: click.Parameter, given: bool) -> None:
    if not given or ctx.resilient_parsing:
        return
    answer: VersionAnswer = {"devpool": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    ctx.obj["output"].lines(f"devpool, version {__version__}")
    ctx.obj["output"].data(answer)
    ctx.exit()


class Verbs(click.Group):
    """Imports a command only when it is needed, so that `--version` and one command's `--help` stay fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, most used first."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name."""
        if cmd_name not in _VERBS:
            return None
        command = getattr(import_module(f"devpool.commands.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return Verb.of(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names.

        Raises:
            UsageError: `unknown-command`.
        """
        if args[0] not in _VERBS and not args[0].startswith("-") and not ctx.resilient_parsing:
            from devpool.usage_errors import unknown_verb  # most command lines are right

            raise unknown_verb(args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in groups, and then the commands."""
        write_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)


# Without a command, click's versions differ: they print the help and exit with 0, or with 2.
@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@project_options
@click.pass_context
def devpool(ctx: click.Context, /, **options: Any) -> None:
    """Run development and CI through PgBouncer, as production does.

    enable puts a pooler in front of Postgres in this folder's Compose project. disable removes it and
    restores every file byte for byte.
    """
    output = ctx.obj["output"]
    output.verb = ctx.invoked_subcommand
    ctx.obj |= options
    if ctx.invoked_subcommand is None:
        if output.as_json:
            raise UsageError("wrong-usage", "no command is given", hint="`devpool help` lists the commands")
        output.progress(ctx.get_help())
        ctx.exit(USAGE)


def main(arguments: list[str] | None = None) -> None:
    """Run devpool and exit with its code."""
    given = sys.argv[1:] if arguments is None else arguments
    # CI ends a job with SIGTERM, a closed terminal with SIGHUP: devpool then undoes what it started, as at Ctrl-C. A
    # signal that the parent process ignores, as nohup does, stays ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    own = given[: given.index("--")] if "--" in given else given
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # characters that the terminal's encoding lacks are escaped
    output = Output(as_json="--json" in own)
    code = run(given, output)
    gc.freeze()  # saves the 15 ms that Python would spend on a last garbage collection
    sys.exit(code)


def run(arguments: list[str], output: Output) -> int:
    """Run a command line and return its exit code; every error ends here."""
    try:
        if completing.VARIABLE in os.environ:
            completing.register()
        code = devpool.main(args=arguments, prog_name="devpool", standalone_mode=False, obj={"output": output})
    except DevpoolError as error:
        output.error(error)
        return error.exit_code
    except click.ClickException as error:
        from devpool.usage_errors import usage_error

        output.error(usage_error(error))
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        # Python notes an interrupt within `exec`, by which dataclasses are made while modules load, and would then end
        # by the signal whatever the exit code is: the next `exec` clears that note (CPython, `run_eval_code_obj`).
        exec("")  # noqa: S102 - it runs nothing
        output.error(DevpoolError("interrupted", "interrupted", hint="run `devpool status` to see the current state"))
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception:
        output.error(_bug())
        return BUG
    return code if isinstance(code, int) else DONE


def _bug() -> DevpoolError:
    """The report of an unexpected error, with its traceback in a private file."""
    import tempfile
    import traceback

    handle, path = tempfile.mkstemp(prefix="devpool-bug-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(_report(traceback.format_exc()))
    kind = type(sys.exc_info()[1]).__name__
    return DevpoolError(
        "bug",
        f"unexpected error ({kind}): this is a bug in devpool",
        where=path,
        hint="please report it with that file; `devpool status` shows whether your files are changed",
    )


def _report(trace: str) -> str:
    """A traceback without quoted text in its exceptions, which could be the user's values."""
    lines = (line if line.startswith("  ") else re.sub(_QUOTED, "***", line) for line in trace.split("\n"))
    return redact("\n".join(visible(line) for line in lines))


def plugin_main() -> None:
    """`docker devpool ...`: Docker calls `docker-devpool devpool ...`, and asks for metadata and completions."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["docker-cli-plugin-metadata"]:
        sys.stdout.write(json.dumps(_PLUGIN) + "\n")
        return
    if arguments[:2] == ["__complete", "devpool"]:
        sys.stdout.write(completing.for_docker(devpool, arguments[2:]))
        return
    main(arguments[1:] if arguments[:1] == ["devpool"] else arguments)
