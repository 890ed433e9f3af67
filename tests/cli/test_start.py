"""The start of the program: what is interrupted before anything was begun, and what is not to be interrupted at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devpool.cli import run
from devpool.errors import USAGE
from devpool.output import Output

REPO = Path(__file__).resolve().parents[2]
_INTERRUPTED = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n"
_MAKING_A_CLASS = """
import os, signal
from devpool import cli

def main(**_):
    exec("os.kill(os.getpid(), signal.SIGINT)\\nwhile True: pass")  # as `dataclass` makes its methods

cli.devpool.main = main
"""
_IGNORING = """
import signal, sys
signal.signal(signal.{name}, signal.SIG_IGN)
from devpool.__main__ import main
sys.argv = ["devpool", "--version"]
try:
    main()
finally:
    print(signal.getsignal(signal.{name}) is signal.SIG_IGN)
"""


def test_ctrl_c_while_it_is_being_loaded_ends_it_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(_INTERRUPTED)
    command = [sys.executable, "-m", "devpool", "--version"]
    path = {"PYTHONPATH": f"{tmp_path}:{REPO}"}
    done = subprocess.run(command, env=path, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_ctrl_c_while_a_verb_loads_its_dataclasses_ends_it_with_130(tmp_path: Path) -> None:
    (tmp_path / "devpool_interrupted.py").write_text(_MAKING_A_CLASS)
    start = "import devpool_interrupted\nfrom devpool.cli import main\nmain(['status'])\n"
    (tmp_path / "started").mkdir()
    (tmp_path / "started" / "__main__.py").write_text(start)
    path = {"PYTHONPATH": f"{tmp_path}:{REPO}"}
    command = [sys.executable, "-m", "started"]
    done = subprocess.run(command, env=path, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (130, "error: interrupted [interrupted]")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_that_is_to_be_ignored_stays_so(name: str) -> None:
    command = [sys.executable, "-c", _IGNORING.format(name=name)]
    done = subprocess.run(command, env={"PYTHONPATH": str(REPO)}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"


@pytest.mark.parametrize("given", [[], ["--json"], ["--project-name", "x"]])
def test_without_a_verb_there_is_help_on_stderr_and_a_usage_error(
    given: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    code = run(given, Output())
    said = capfd.readouterr()
    assert (code, said.out) == (USAGE, "")
    assert "enable  " in said.err


def test_on_windows_one_sentence_says_where_it_runs() -> None:
    code = "import sys\nsys.platform = 'win32'\nfrom devpool.__main__ import main\nmain()\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: devpool does not run on Windows itself\n\nhint: install and run it inside WSL\n"
