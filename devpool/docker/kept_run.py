"""Runs docker commands whose output goes into a file, or into another docker command."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import IO

from devpool.commit.disk import reporting
from devpool.docker.engine import Call, failure, starting
from devpool.docker.interactive import NOT_FOUND, NOT_STARTED, ask, copying, exit_code, run_options
from devpool.docker.program import docker_program


def run_kept(
    call: Call,
    service: str,
    command: list[str],
    environ: Mapping[str, str],
    *,
    labels: tuple[str, ...],
    kept: IO[bytes],
    most: int,
    shown: bool,
    entrypoint: list[str] | None = None,
) -> int:
    """A one-off container of a service, without its dependencies, whose output is kept; its exit code, 127 if it could
    not start. The ended container stays, to be looked into: whoever asked for it removes it by its labels.

    Args:
        call, service, command, environ, entrypoint: as for `run_once`.
        labels: the container's, each as `name=value`; together they tell it from every other.
        kept: the file for what it says on stdout and stderr, unbuffered.
        most: bytes that are kept.
        shown: whether that goes to stderr of this process as well.

    Raises:
        DevpoolError: `no-docker-cli`, `disk-full` and the other errors of a disk.
        KeyboardInterrupt: it was interrupted.
    """
    options = run_options(labels, environ, entrypoint)
    words = call.command("--progress", "quiet", "run", "--no-deps", "-T", *options, service, *command)
    variables = {**call.environ, **environ}
    with starting(call.cwd):
        child = subprocess.Popen(
            words,
            executable=docker_program(variables),
            cwd=call.cwd,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,  # ctrl-C reaches devpool alone, which ends the container
        )
    with copying(child.stdout, kept.write, most, shown=shown) as copier:
        code = exit_code(child, lambda: _remove(call, labels))
    if copier.problem:
        with reporting(kept.name):
            raise copier.problem
    return NOT_FOUND if code and NOT_STARTED.search(copier.end) else code


def pour(call: Call, source: list[str], target: list[str]) -> str:
    """What one docker command writes, given to another; what both say on stderr.

    Raises:
        DevpoolError: what `failure` makes of a source that fails.
        KeyboardInterrupt: it was interrupted, and both have ended.
    """
    program, variables = docker_program(call.environ), dict(call.environ)
    with starting(call.cwd):
        giving = subprocess.Popen(
            source, executable=program, cwd=call.cwd, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    with giving:
        taking = subprocess.Popen(
            target,
            executable=program,
            cwd=call.cwd,
            env=variables,
            stdin=giving.stdout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert giving.stdout, "it is a pipe"
        assert giving.stderr, "it is a pipe"
        giving.stdout.close()  # so that it ends where nobody takes any more
        with taking:
            try:
                said = taking.communicate()[1] + giving.stderr.read()
                code = giving.wait()
            except BaseException:
                taking.kill()
                giving.kill()
                raise
    text = said.decode("utf-8", "replace")
    if code:
        raise failure(text)
    return text


def _remove(call: Call, labels: tuple[str, ...]) -> None:
    filters = [f"--filter=label={label}" for label in labels]
    if ids := ask(call, "ps", "--all", "--quiet", *filters).split():
        ask(call, "rm", "--force", "--volumes", *ids)
