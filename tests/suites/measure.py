"""One run of a suite by `devpool compare`, with the versions of all that took part."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from demo_rig import DEVPOOL, REPO, demo_project

from suites.judge import Measured, told
from suites.suite import FOLDER, load

_SECONDS = 1800
# What the machine trusts: its package registries may be behind a proxy with a certificate of its own.
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_BUILDKIT = {"DOCKER_BUILDKIT": "1"}  # for an engine before 23, which would use the old builder
_VERSION = re.compile(r"\d+(\.\d+)+")


def measure(name: str, folder: Path, shell: Mapping[str, str]) -> Measured:
    """Run a suite.

    Args:
        name: its folder.
        folder: where its project is copied to.
        shell: the variables of the shell.
    """
    suite, image = load(name), f"stand-in.localhost/suites/{name}"
    _build(FOLDER / name / "image", "--tag", image)
    with demo_project(folder, shell, f"suite-{name}", FOLDER / name / "project") as project:
        project.patience = _SECONDS
        report = [f"--junit={suite.junit}"] if suite.junit else []
        done = project.call([*DEVPOOL, "compare", "suite", "--fresh", "--json", *report, "--", *suite.command])
        if done.returncode not in (0, 4):
            pytest.fail(f"{name}: exit code {done.returncode}\n{done.stdout}{done.stderr[-3000:]}", pytrace=False)
    pooler = _build(REPO / "docker" / "pgbouncer")
    versions = {
        "version": _version(image, *suite.version),
        "postgres": _version("postgres:17", "psql", "--version"),
        "pgbouncer": _version(pooler, "pgbouncer", "--version"),
    }
    return {"title": suite.title, **versions, **told(suite, json.loads(done.stdout))}


def _build(folder: Path, *options: str) -> str:
    """Make an image; its id. What has not changed since the last time is in the engine's cache."""
    secret = [f"--secret=id=certificates,src={_CERTIFICATES}"] if _CERTIFICATES.exists() else []
    return _docker(["build", "--quiet", *options, *secret, str(folder)])


def _version(image: str, program: str, *words: str) -> str:
    said = _docker(["run", "--rm", f"--entrypoint={program}", image, *words])
    found = _VERSION.search(said)
    assert found, f"{program} {words}: {said}"
    return found[0]


def _docker(words: Sequence[str]) -> str:
    done = subprocess.run(
        ["docker", *words], capture_output=True, text=True, timeout=_SECONDS, env={**os.environ, **_BUILDKIT}
    )
    if done.returncode:
        pytest.fail(f"docker {' '.join(words)}:\n{done.stderr[-3000:]}", pytrace=False)
    return done.stdout.strip()
