"""Questions to docker that do not need each other's answers, asked at the same time.

Each is a process of its own that this one starts and reads: where the command ends early, they end with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from devpool.docker.engine import RunningCommand, finish, run
from devpool.errors import DevpoolError

T = TypeVar("T")
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """A command line that begins with `docker`, the folder and variables it runs with, and what reads its output."""

    command: list[str]
    cwd: str
    environ: Mapping[str, str] | None = field(repr=False)
    read: Callable[[str], T]

    def ask(self) -> T:
        """The answer.

        Raises:
            DevpoolError: what `engine.run` raises.
        """
        return self.read(run(self.command, cwd=self.cwd, environ=self.environ))


@contextmanager
def asking(questions: Iterable[Question[T]]) -> Iterator[Callable[[], list[T | DevpoolError]]]:
    """Begin to ask questions, a few at a time; what waits for the answers, each of which may be an error instead. A
    question that nobody has waited for is ended with the block.
    """
    rest = deque(questions)
    begun: deque[tuple[Question[T], RunningCommand | DevpoolError]] = deque()

    def begin_more() -> None:
        while rest and len(begun) < _AT_ONCE:
            begun.append((rest[0], _begin(rest[0])))
            rest.popleft()

    def wait() -> list[T | DevpoolError]:
        results: list[T | DevpoolError] = []
        while begun:
            question, command = begun[0]
            answer = _answer(question, command)
            results.append(answer)
            begun.popleft()
            begin_more()
        return results

    try:
        begin_more()
        yield wait
    finally:
        for command in (command for _, command in begun if isinstance(command, RunningCommand)):
            command.end()


def _begin(question: Question[T]) -> RunningCommand | DevpoolError:
    try:
        return RunningCommand(question.command, question.cwd, question.environ)
    except DevpoolError as error:
        return error


def _answer(question: Question[T], begun: RunningCommand | DevpoolError) -> T | DevpoolError:
    try:
        return question.read(finish(answered(begun)))
    except DevpoolError as error:
        return error


def answers(questions: Iterable[Question[T]]) -> list[T | DevpoolError]:
    """The answers to questions, asked at the same time."""
    with asking(questions) as wait:
        return wait()


def answered(answer: T | DevpoolError) -> T:
    """An answer.

    Raises:
        DevpoolError: where it is an error.
    """
    if isinstance(answer, DevpoolError):
        raise answer
    return answer
