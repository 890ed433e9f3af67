"""`bin/apps`: run applications behind the pooler, print the table, and write docs/compatibility.md from all runs."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest
from demo_rig import REPO
from pooler_rig import require_engine
from suites.__main__ import measured as suites
from suites.report import chapter

from apps.app import FOLDER, App, load, names
from apps.judge import faults
from apps.project import app_project
from apps.report import Measured, page, table
from apps.seen import Story
from apps.story import SECONDS, tell

PAGE = REPO / "docs" / "compatibility.md"
# Variables of the user's shell that would make it another project.
_OTHERS = ("COMPOSE_", "DEVPOOL_", "POSTGRES", "PG", "DATABASE", "DB_")


def measured_file(name: str) -> Path:
    """Where the last run of an application is kept."""
    return FOLDER / name / "measured.json"


def measured() -> dict[str, tuple[App, Measured]]:
    """Every application that has been run, with its last run."""
    return {n: (load(n), json.loads(measured_file(n).read_text())) for n in names() if measured_file(n).exists()}


def whole_page() -> str:
    """The page of compatibility: the applications, and the test suites of libraries."""
    return page(measured()) + chapter(suites())


def main() -> int:
    """The exit code: 1 where something does not hold."""
    given = _arguments()
    if given.page:
        PAGE.write_text(whole_page())
        return 0
    require_engine()
    found, wrong = {}, {}
    for name in given.names or names():
        try:
            found[name] = _run(name, given)
            wrong[name] = faults(load(name), found[name])
        except (Exception, pytest.fail.Exception) as error:
            wrong[name] = [f"{type(error).__name__}: {error}"]
    sys.stdout.write("\n".join(["", *table(asdict(story) for story in found.values()), ""]))
    for name, sentences in wrong.items():
        for sentence in sentences:
            sys.stdout.write(f"{name}: {sentence}\n")
        if not sentences and not given.no_write:
            measured_file(name).write_text(json.dumps(asdict(found[name]), indent=2) + "\n")
    if not given.no_write:
        PAGE.write_text(whole_page())
    return 1 if any(wrong.values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/apps", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="; ".join(["the applications", *names()]))
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the clients work in each phase")
    parser.add_argument("--keep", action="store_true", help="leave the project up at the end, and say where it is")
    parser.add_argument("--no-write", action="store_true", help="write neither the measurements nor the page")
    parser.add_argument("--page", action="store_true", help="run nothing, write the page from the last measurements")
    return parser.parse_args()


def _run(name: str, given: argparse.Namespace) -> Story:
    shell = {n: v for n, v in os.environ.items() if not n.startswith(_OTHERS)}
    with app_project(name, load(name), Path(tempfile.gettempdir()), shell, keep=given.keep) as project:
        if given.keep:
            sys.stderr.write(f"{name}: {project.folder}\n")
        return tell(project, given.seconds)


if __name__ == "__main__":
    raise SystemExit(main())
