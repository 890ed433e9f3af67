"""One run of a suite by `devpool compare`, as what is kept of it: the counts, and what fails through the pooler alone.

A test that fails so without a reason in its `suite.py` is a fault: somebody has to look why.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from demo_rig import DEVPOOL, REPO, demo_project

from suites.suite import FOLDER, UNKNOWN, Reason, Suite, load

Measured = dict[str, Any]
_SECONDS = 1800
_SHOWN = 3  # tests named for a reason
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


def told(suite: Suite, found: Mapping[str, Any]) -> Measured:
    """What is kept of a comparison: the tests that fail through the pooler alone by their reasons, the most first.

    Args:
        suite: the suite.
        found: what `compare --json` says.
    """
    direct, pooled = found["ways"]
    failed: dict[Reason, list[str]] = {}
    for test in pooled["only_pooled"]:
        failed.setdefault(suite.reason(test) or UNKNOWN, []).append(f"{test['group']} {test['name']}")
    return {
        "direct": direct["runs"][0]["tests"],
        "pooled": pooled["runs"][0]["tests"],
        "seconds": [round(way["runs"][0]["figures"]["seconds"]) for way in (direct, pooled)],
        "explained": sum(bool(test["explained"]) for test in pooled["only_pooled"]),
        "failed": [
            {"why": reason.why, "apps": reason.concerns_apps, "tests": len(tests), "such_as": tests[:_SHOWN]}
            for reason, tests in sorted(failed.items(), key=lambda entry: -len(entry[1]))
        ],
        "left": sorted({left["kind"] for left in pooled["left"]}),
        "not_compared": len(pooled["flaky"]) + len(pooled["missing"]) + len(pooled["both"]),
    }


def faults(measured: Measured) -> Iterator[str]:
    """What does not hold, each as a sentence."""
    if not measured["direct"]["passed"]:
        yield "no test passes directly"
    for entry in measured["failed"]:
        if not entry["why"]:
            yield f"{entry['tests']} tests fail for a reason that nobody has named: {', '.join(entry['such_as'])}"


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
