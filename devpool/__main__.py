"""Where the programs start: `devpool`, `python -m devpool`, and `docker-devpool`, which is `docker devpool`.

Until the command line is loaded nothing has been begun, and ctrl-C ends the process as it ends any other: at once, and
without a traceback of what was being imported.
"""

import signal


def main() -> None:
    """`devpool ...`"""
    _interrupts_end_it()
    from devpool import cli

    cli.main()


def plugin_main() -> None:
    """`docker devpool ...`"""
    _interrupts_end_it()
    from devpool import cli

    cli.plugin_main()


def _interrupts_end_it() -> None:
    """Python's own handler raises an exception wherever it is. Where SIGINT is ignored, as in a shell's background, it
    stays so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
