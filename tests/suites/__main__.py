"""Runs the test suites of libraries directly and through the pooler, and says what fails only there."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from pooler_rig import require_engine

from suites.judge import Measured, faults
from suites.measure import measure
from suites.suite import FOLDER, Suite, load, names

# Variables of the user's shell that would make it another project.
_OTHERS = ("COMPOSE_", "DEVPOOL_", "POSTGRES", "PG", "DATABASE", "DB_")


def measured() -> list[tuple[Suite, Measured]]:
    """Every suite that has been run, with its last run."""
    files = {name: FOLDER / name / "measured.json" for name in names()}
    return [(load(name), json.loads(file.read_text())) for name, file in files.items() if file.exists()]


def main() -> int:
    """The exit code: 1 where something does not hold."""
    given = _arguments()
    require_engine()
    shell = {n: v for n, v in os.environ.items() if not n.startswith(_OTHERS)}
    wrong = 0
    for name in given.names or names():
        try:
            with tempfile.TemporaryDirectory(prefix="suites-") as folder:
                found = measure(name, Path(folder), shell)
            sentences = list(faults(found))
        except (Exception, pytest.fail.Exception) as error:
            found, sentences = {}, [f"{type(error).__name__}: {error}"]
        sys.stdout.write(f"{name}: {json.dumps(found, indent=2)}\n" + "".join(f"{name}: {s}\n" for s in sentences))
        wrong += bool(sentences)
        if not sentences and not given.no_write:
            (FOLDER / name / "measured.json").write_text(json.dumps(found, indent=2) + "\n")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/suites", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="; ".join(["the suites", *names()]))
    parser.add_argument("--no-write", action="store_true", help="keep no measurements")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
