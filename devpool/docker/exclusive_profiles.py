"""Profiles that exclude each other: Compose accepts a project with each of them, and not with all together.

Two services with one `container_name` in two profiles are such a case. The model of all services then comes from
Compose without its check of what belongs together, and the check is made profile by profile.
"""

from __future__ import annotations

from collections.abc import Iterator

from devpool.docker.compose_reading import accepted, config, reading_of
from devpool.docker.engine import Call
from devpool.errors import DevpoolError
from devpool.model.sources import Reading

_UNCHECKED = "--no-consistency"


def reading_apart(call: Call, seconds: float) -> Reading:
    """Compose's model of a project that it does not accept with all profiles together.

    Args:
        call: how to call Compose.
        seconds: how long each call may take.

    Raises:
        DevpoolError: `compose-refuses`, where no profile helps, with the reason for the user's own.
    """
    own = _refusal(call, seconds)
    if own and own.code != "compose-refuses":
        raise own
    try:
        model = accepted(config(call, _UNCHECKED, "--format", "json"), seconds)
        hashes = accepted(config(call, _UNCHECKED, "--hash", "*"), seconds)
    except DevpoolError as error:
        raise own or error from None
    whole = reading_of(model, hashes)
    fitting = [name for name in _profiles(whole) if not _refusal(call, seconds, name)]
    if own and not fitting:
        raise own
    return reading_of(model, hashes, [*fitting, *([] if own else [""])])


def _profiles(reading: Reading) -> Iterator[str]:
    yield from sorted({name for service in reading.services.values() for name in service.get("profiles") or []})


def _refusal(call: Call, seconds: float, *profiles: str) -> DevpoolError | None:
    """Why Compose does not accept a project with these profiles; None if it does."""
    try:
        accepted(config(call, "--quiet", profiles=profiles), seconds)
    except DevpoolError as error:
        return error
    return None
