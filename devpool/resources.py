"""The files that travel with devpool: the block that is inserted, and the pooler's build context."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# An installed wheel carries them inside the package; a checkout has them at its top.
_ROOT = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent
_NOT_BUILT = frozenset({"README.md"})


def block_template() -> str:
    """The text of compose/pooler.yml."""
    return (_ROOT / "compose" / "pooler.yml").read_text(encoding="utf-8")


def build_context() -> dict[str, tuple[bytes, int]]:
    """The files of docker/pgbouncer by relative path: their bytes and permission bits."""
    folder = _ROOT / "docker" / "pgbouncer"
    return {
        str(path.relative_to(folder)): (path.read_bytes(), 0o755 if path.read_bytes()[:2] == b"#!" else 0o644)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in _NOT_BUILT
    }
