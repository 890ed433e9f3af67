"""The entry points: `devpool`, `python -m devpool`, and `docker-devpool`, which is `docker devpool`.

Until the command line is loaded, no work has started, so Ctrl-C ends the process immediately and without a traceback
from an import.
"""

import signal
import sys


def main() -> None:
    """`devpool ...`"""
    _refuse_windows()
    _interrupts_end_it()
    from devpool import cli

    cli.main()


def plugin_main() -> None:
    """`docker devpool ...`"""
    _refuse_windows()
    _interrupts_end_it()
    from devpool import cli

    cli.plugin_main()


def _refuse_windows() -> None:
    """Says it before an import fails: devpool needs locks and signals that Windows has not."""
    if sys.platform == "win32":
        sys.exit("error: devpool does not run on Windows itself\n\nhint: install and run it inside WSL")


def _interrupts_end_it() -> None:
    """Replaces Python's handler, which raises an exception at any point. An ignored SIGINT, as in a shell's background
    job, stays ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
