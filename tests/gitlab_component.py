"""The component of templates/, as GitLab fills in its inputs (https://docs.gitlab.com/ci/inputs/)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[1] / "templates" / "devpool.yml"


def declared() -> dict[str, dict[str, Any]]:
    """The inputs that the component declares."""
    header = next(iter(yaml.safe_load_all(FILE.read_text(encoding="utf-8"))))
    return dict(header["spec"]["inputs"])


def filled(**inputs: str) -> dict[str, Any]:
    """The jobs with these inputs, and the defaults of the others; one without either is an error, as to GitLab."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        found = inputs[name] if name in inputs else declared()[name]["default"]
        return str(found).lower() if isinstance(found, bool) else str(found)

    _, _, body = FILE.read_text(encoding="utf-8").partition("\n---\n")
    return dict(yaml.safe_load(re.sub(r"\$\[\[ inputs\.(\w+) \]\]", value, body)))
