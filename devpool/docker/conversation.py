"""A program in a container that is asked again and again over its stdin: a question costs no start of docker.

It ends with this process, whatever ends that: its stdin is closed then, and a shell and psql end with their stdin.
"""

from __future__ import annotations

import os
import selectors
import shlex
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from devpool.docker.engine import Call, starting
from devpool.docker.program import docker_program
from devpool.errors import DevpoolError

_SECONDS = 15.0
_MOST = 16 << 20  # bytes of an answer


class Conversation:
    """The program. It is asked by one thread at a time.

    Args:
        call: how docker is called.
        container: the container's id.
        command: the words of the program; psql's where `ask` is used, a shell's for `execute`.

    Raises:
        DevpoolError: `no-docker-cli`, `no-folder`.
    """

    def __init__(self, call: Call, container: str, command: Sequence[str]) -> None:
        words = ["docker", "exec", "--interactive", container, *command]
        with starting(call.cwd):
            self._child = subprocess.Popen(
                words,
                executable=docker_program(call.environ),
                cwd=call.cwd,
                env=dict(call.environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=0,  # ctrl-C is for devpool, which then closes it
            )
        self._mark = f"-- {uuid4().hex}"
        self._rest = b""

    def ask(self, sql: str) -> str:
        """What psql prints for a statement, or a command of PgBouncer's console.

        Raises:
            DevpoolError: `docker-failed`, where it has ended or takes too long.
        """
        return self._answer(f"{sql};\n\\echo {self._mark}\n")

    def execute(self, command: Sequence[str]) -> str:
        """What a command prints that the shell runs.

        Raises:
            DevpoolError: as `ask`.
        """
        return self._answer(f"{shlex.join(command)} </dev/null 2>/dev/null; echo '{self._mark}'\n")

    def close(self) -> None:
        """End it, if that is not done."""
        if self._child.returncode is not None:
            return
        assert self._child.stdin, "it is a pipe"
        assert self._child.stdout, "it is a pipe"
        for pipe in (self._child.stdin, self._child.stdout):
            with suppress(OSError):  # what was asked of a program that has ended is still to be written
                pipe.close()
        try:
            self._child.wait(1.0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _answer(self, question: str) -> str:
        assert self._child.stdin, "it is a pipe"
        try:
            self._child.stdin.write(question.encode())
            self._child.stdin.flush()
        except OSError:
            raise _failed("it has ended") from None
        end = f"{self._mark}\n".encode()
        deadline = time.monotonic() + _SECONDS
        while not self._rest.endswith(end):
            self._rest += self._said(deadline)
            if len(self._rest) > _MOST:
                raise _failed("it says too much")
        said, self._rest = self._rest.removesuffix(end), b""
        return said.decode("utf-8", "replace")

    def _said(self, deadline: float) -> bytes:
        assert self._child.stdout, "it is a pipe"
        with selectors.DefaultSelector() as selector:
            selector.register(self._child.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise _failed(f"it did not answer within {_SECONDS:.0f} s")
        said = os.read(self._child.stdout.fileno(), 1 << 16)
        if not said:
            raise _failed("it has ended")
        return said


def _failed(why: str) -> DevpoolError:
    said = f"a program in a container was asked in vain: {why}"
    return DevpoolError("docker-failed", said, said=said, hint="`devpool status` shows the containers")
