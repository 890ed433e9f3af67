"""The package's long description: README with addresses instead of paths, for a registry that has no files beside it.

A metadata hook of hatchling, named in pyproject.toml.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<path>(?!\w+:|#)[^)]+)\)")
_COMMENT = re.compile(r"^<!-- .* -->\n", re.M)


def long_description(readme: str, source: str, version: str) -> str:
    """README for a reader elsewhere.

    Args:
        readme: its text.
        source: the address of the repository.
        version: the version, whose tag the links lead to.
    """

    def absolute(link: re.Match[str]) -> str:
        kind = "raw" if link["image"] else "blob"
        return f"{link['image']}[{link['text']}]({source}/{kind}/v{version}/{link['path']})"

    return _LINK.sub(absolute, _COMMENT.sub("", readme))


class LongDescription(MetadataHookInterface):
    """Gives the package its `readme`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in the field."""
        root = Path(self.root)
        code = (root / "devpool" / "__init__.py").read_text(encoding="utf-8")
        version = re.search(r'^__version__ = "(.+)"', code, re.M)
        assert version
        readme = (root / "README.md").read_text(encoding="utf-8")
        text = long_description(readme, metadata["urls"]["Source"], version[1])
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
