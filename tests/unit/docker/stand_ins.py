"""Containers as values, and projects whose containers are known or whose docker says what a test tells it to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from devpool.docker.container_values import Container, ListedContainer, RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.engine import Call
from devpool.docker.psql import MARK
from devpool.docker.questions import Question

T = TypeVar("T")
END = f"{MARK}\n"
"""What ends each of several answers."""


def listed(service: str, number: str = "1", **facts: object) -> ListedContainer:
    """A container in a list, which runs where nothing else is said."""
    usual = {"id": f"{service}-{number}", "name": f"shop-{service}-{number}", "health": "", "state": "running"}
    more = {"project": "shop", "image": "", "volumes": (), "place": None, "role": "", "replaces": False}
    return ListedContainer(service=service, number=number, **{**usual, **more, **facts})  # type: ignore[arg-type]


def inspected(service: str, *addresses: str, **facts: object) -> RunningContainer:
    """A running container with its addresses."""
    usual = {"id": service, "name": f"shop-{service}-1", "health": "", "environment": {}}
    found = {**usual, "addresses": frozenset(addresses), **facts}
    return RunningContainer(service=service, **found)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownQuestion(Question[T]):
    """A question that is answered here."""

    answer: Callable[[], str]

    def ask(self) -> T:
        return self.read(self.answer())


class KnownStack(Stack):
    """A project whose containers are known. What docker is told to do is noted down, and answered by `says`."""

    name = "shop"

    def __init__(self, containers: Iterable[ListedContainer] = (), says: Callable[..., str] = lambda *_: "") -> None:
        self.call = Call(arguments=(), cwd="/shop", environ={})
        self.ownership = None
        self.containers = list(containers)
        self._inspected = None
        self.says = says
        self.told: list[str] = []

    def wait(self) -> None:
        """Nothing is listed."""

    def look_again(self) -> None:
        """What is known stays as it is."""

    def everything(self) -> list[ListedContainer]:
        return list(self.containers)

    def docker(self, *words: str) -> str:
        self.told.append(" ".join(words))
        return self.says(*words)

    def question(self, container: Container, command: list[str], read: Callable[[str], T]) -> Question[T]:
        asked = super().question(container, command, read)
        return KnownQuestion(
            command=asked.command, cwd="/shop", environ={}, read=read, answer=lambda: self.docker(*asked.command[1:])
        )

    def compose(self, *words: str) -> str:
        return self.docker("compose", *words)

    def said(self, *words: str) -> str:
        return self.docker("compose", *words)


def docker_that_says(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> Stack:
    """A project whose docker gives this answer to each `exec`, and refuses everything else."""
    (folder / "answer").write_text(answer)
    (folder / "docker").write_text(f"#!/bin/sh\n[ \"$1\" = exec ] || exit 1\nexec cat '{folder}/answer'\n")
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    stack = Stack(Call(arguments=(), cwd=str(folder), environ=os.environ), None, lambda: {"name": "shop"})
    stack.wait()
    return stack
