"""The command line: the group, Docker's plugin protocol, and the one place where errors become exit codes."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import signal
import sys
from importlib import import_module
from typing import Any

import click

from devpool import __version__
from devpool.errors import BUG, DONE, INTERRUPTED, USAGE, DevpoolError
from devpool.output import Output
from devpool.project_options import project_options
from devpool.redact.passwords import redact
from devpool.redact.terminal_text import visible

_PLUGIN = {
    "SchemaVersion": "0.1.0",
    "Vendor": "devpool",
    "Version": __version__,
    "ShortDescription": "PgBouncer in front of Postgres, in and out with one command",
}


_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<=: )[^'\"\s]*[\d@=][^'\"]*$"
_VERBS = (
    *("enable", "disable", "migrate", "direct", "psql", "status", "check", "top"),
    *("explain", "size", "set", "reload", "metrics"),
)


class Verbs(click.Group):
    """Imports a command when it is asked for: `--version` and `--help` of one command need not wait for all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, the most used first."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb."""
        if cmd_name not in _VERBS:
            return None
        command = getattr(import_module(f"devpool.commands.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


# What click does without a verb is another thing in each version of it: help and 0, or help and 2.
@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="devpool")
@project_options
@click.pass_context
def devpool(ctx: click.Context, /, **options: Any) -> None:
    """Run development and CI through PgBouncer, as production does.

    enable puts a pooler in front of Postgres in the Compose project of this folder; disable takes it
    out again, to the byte.
    """
    ctx.obj = options
    if ctx.invoked_subcommand is None:
        Output().progress(ctx.get_help())
        ctx.exit(USAGE)


def main(arguments: list[str] | None = None) -> None:
    """Run devpool and exit with its code."""
    given = sys.argv[1:] if arguments is None else arguments
    # CI ends a job with SIGTERM, a closed terminal with SIGHUP: what is begun is taken back then too. What whoever
    # started it has had ignored, as nohup does, stays ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    own = given[: given.index("--")] if "--" in given else given
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the terminal's encoding lacks is spelled out too
    output = Output(as_json="--json" in own)
    code = run(given, output, verbose="-v" in own or "--verbose" in own)
    gc.freeze()  # or Python would look through all that is loaded for garbage as it ends, which takes 15 ms
    sys.exit(code)


def run(arguments: list[str], output: Output, *, verbose: bool = False) -> int:
    """Run a command line and give its exit code; every error ends here."""
    try:
        code = devpool.main(args=arguments, prog_name="devpool", standalone_mode=False)
    except DevpoolError as error:
        output.error(error, verbose=verbose or error.exit_code == BUG)
        return error.exit_code
    except click.ClickException as error:
        output.usage(error)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        output.error(DevpoolError("interrupted", "interrupted", hint="run `devpool status` to see where things stand"))
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception:
        output.error(_bug(), verbose=True)
        return BUG
    return code if isinstance(code, int) else DONE


def _bug() -> DevpoolError:
    """The report of an error that nobody foresaw, its traceback in a private file."""
    import tempfile
    import traceback

    handle, path = tempfile.mkstemp(prefix="devpool-bug-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(_report(traceback.format_exc()))
    kind = type(sys.exc_info()[1]).__name__
    return DevpoolError(
        "bug",
        f"devpool met something that it does not know ({kind}): this is a bug",
        where=path,
        hint="please report it with that file; `devpool status` says whether your files are changed",
    )


def _report(trace: str) -> str:
    """A traceback whose exceptions quote nothing: what they name may be a value of the user's."""
    lines = (line if line.startswith("  ") else re.sub(_QUOTED, "***", line) for line in trace.split("\n"))
    return redact("\n".join(visible(line) for line in lines))


def plugin_main() -> None:
    """`docker devpool ...`: Docker calls `docker-devpool devpool ...`, and asks for metadata first."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["docker-cli-plugin-metadata"]:
        sys.stdout.write(json.dumps(_PLUGIN) + "\n")
        return
    main(arguments[1:] if arguments[:1] == ["devpool"] else arguments)
