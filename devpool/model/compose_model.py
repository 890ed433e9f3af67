"""Compose's own model of a project, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Compose's own reading of a project: its resolved model, and each service's hash."""

    model: dict[str, Any] = field(repr=False)
    hashes: dict[str, str]

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """The services of the model by name."""
        found: dict[str, dict[str, Any]] = self.model.get("services") or {}
        return found
