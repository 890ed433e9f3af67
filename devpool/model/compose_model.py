"""Compose's own model of a project, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Compose's own reading of a project with all profiles.

    Attributes:
        model: its resolved model.
        hashes: the hash of each service.
        accepted: the profiles that Compose accepts one at a time, "" for none but the user's own; empty where it
            accepts all of them together.
    """

    model: dict[str, Any] = field(repr=False)
    hashes: dict[str, str]
    accepted: frozenset[str] = frozenset()

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """The services of the model by name."""
        found: dict[str, dict[str, Any]] = self.model.get("services") or {}
        return found
