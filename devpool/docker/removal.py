"""Removes what devpool has added: containers, their volumes, and the images that Compose built for them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from devpool.docker.containers import Stack
from devpool.errors import DevpoolError

_STOP_SECONDS = "5"  # that a pooler or an exporter has to end, before it is killed


def remove(stack: Stack, services: Iterable[str]) -> None:
    """Remove services' containers and the images that Compose built for them, also of services in no file any more.

    Only those with the label of our images: a service's name may come from a record that anyone can write.
    """
    names = list(services)
    doomed = [c for c in stack.own() if c.role and c.service in names]
    if doomed:
        ids = [c.id for c in doomed]
        stack.docker("container", "stop", "-t", _STOP_SECONDS, *ids)
        stack.docker("container", "rm", "--force", "--volumes", *ids)
        _remove_if_unused(stack, "volume", [volume for c in doomed for volume in c.volumes])
        stack.look_again()
    _remove_images(stack, [f"{stack.name}-{name}" for name in names] + [c.image for c in doomed])


def left_services(stack: Stack) -> dict[str, list[str]]:
    """The services of devpool's own that have a container and stand in no file any more, by their role: `exporter`,
    `pooler`.
    """
    left: dict[str, list[str]] = {}
    for container in (c for c in stack.own() if c.role):
        if container.service not in stack.declared:
            left.setdefault(container.role, []).append(container.service)
    return left


def _remove_images(stack: Stack, names: list[str]) -> None:
    mine = [f"--filter=reference={name}" for name in dict.fromkeys(names) if name.startswith(f"{stack.name}-")]
    if mine:
        role = "--filter=label=devpool.role"
        _remove_if_unused(stack, "image", stack.docker("image", "ls", role, *mine, "--format={{.Repository}}").split())


def _remove_if_unused(stack: Stack, kind: str, names: list[str]) -> None:
    """Remove images or volumes; another container may use one of them, or it may be gone."""
    if names:
        with suppress(DevpoolError):
            stack.docker(kind, "rm", *dict.fromkeys(names))
