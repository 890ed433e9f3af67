"""The files that travel with devpool: the block that is inserted, and the pooler's build context."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# An installed wheel carries them inside the package; a checkout has them at its top.
_ROOT = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent
BuildContext = dict[str, tuple[bytes, int]]
_NOT_BUILT = frozenset({"README.md"})


def block_template() -> str:
    """The text of compose/pooler.yml."""
    return (_ROOT / "compose" / "pooler.yml").read_text(encoding="utf-8")


def setting_types() -> str:
    """The text of docker/pgbouncer/settings.txt: PgBouncer's settings with their types."""
    return (_ROOT / "docker" / "pgbouncer" / "settings.txt").read_text(encoding="utf-8")


def inside(name: str) -> str:
    """The text of a program of docker/inside, which devpool runs in a container."""
    return (_ROOT / "docker" / "inside" / name).read_text(encoding="utf-8")


def build_context() -> BuildContext:
    """The files of docker/pgbouncer by relative path: their bytes and permission bits."""
    folder = _ROOT / "docker" / "pgbouncer"
    paths = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in _NOT_BUILT)
    files = {str(p.relative_to(folder)): p.read_bytes() for p in paths}
    return {name: (data, 0o755 if data.startswith(b"#!") else 0o644) for name, data in files.items()}
