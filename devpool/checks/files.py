"""The files, and Compose's reading of them."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.facts import Facts
from devpool.checks.result import Result, critical, ok, skipped, warning

_SAFE_COMPOSE = (2, 40, 3)


def check_files(facts: Facts) -> Iterator[Result]:
    """Whether the files are as devpool wrote them, and Compose accepts them."""
    if not facts.enabled:
        yield skipped("files", "", "devpool is not enabled here", "devpool enable")
    elif facts.drifted:
        places = "; ".join(facts.drifted)
        yield warning(
            "files", "", f"not as devpool wrote them: {places}", "restore it, or write it again: devpool enable"
        )
    else:
        yield ok("files", "", "as devpool wrote them")
    yield _model(facts)
    yield from _plugin(facts)
    if facts.another:
        yield warning("project", "", facts.another, facts.ways_on)


def _plugin(facts: Facts) -> Iterator[Result]:
    """A Compose that a remote `include` could make write outside its cache (CVE-2025-62725)."""
    if facts.compose_version and facts.compose_version < _SAFE_COMPOSE:
        yield warning(
            "compose-version",
            "",
            f"Docker Compose {'.'.join(map(str, facts.compose_version))} lets a remote compose file write anywhere",
            f"update it to {'.'.join(map(str, _SAFE_COMPOSE))} or newer (CVE-2025-62725)",
        )


def _model(facts: Facts) -> Result:
    if facts.stack:
        return _stack(facts)
    if not facts.compose_problem:
        return ok("compose", "", "Compose accepts the project")
    if facts.compose_problem.startswith(("there is no `docker`", "docker has no")):
        return skipped("compose", "", facts.compose_problem, "install the Docker CLI with its compose plugin")
    return critical("compose", "", facts.compose_problem, "fix it until `docker compose config -q` prints nothing")


def _stack(facts: Facts) -> Result:
    if not facts.compose_problem:
        return ok("stack", "", "`docker stack config` accepts the files")
    if "cannot prove what changes in a stack" in facts.compose_problem:
        return skipped("stack", "", facts.compose_problem, "install a docker client with `docker stack config`")
    return critical("stack", "", facts.compose_problem, "fix it until `docker stack config -c FILE` prints the stack")
