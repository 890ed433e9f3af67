"""The files that ship with devpool: the service blocks that it inserts, and the build contexts of their images."""

from __future__ import annotations

from pathlib import Path

from devpool import file_modes

_PACKAGE = Path(__file__).resolve().parent
# An installed wheel has them inside the package, a checkout at its top level.
_ROOT = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent
BuildContext = dict[str, tuple[bytes, int]]
_NOT_BUILT = frozenset({"README.md"})


def block_template(name: str = "pooler") -> str:
    """The text of compose/pooler.yml, compose/pooler-stack.yml or compose/exporter.yml."""
    return (_ROOT / "compose" / f"{name}.yml").read_text(encoding="utf-8")


def dashboard() -> str:
    """The text of compose/grafana/pgbouncer.json: a dashboard for Grafana."""
    return (_ROOT / "compose" / "grafana" / "pgbouncer.json").read_text(encoding="utf-8")


def setting_types() -> str:
    """The text of docker/pgbouncer/settings.txt: PgBouncer's settings and their types."""
    return (_ROOT / "docker" / "pgbouncer" / "settings.txt").read_text(encoding="utf-8")


def inside(name: str) -> str:
    """The text of a program of docker/inside, which devpool runs in a container."""
    return (_ROOT / "docker" / "inside" / name).read_text(encoding="utf-8")


def context_folder(name: str) -> Path:
    """The folder docker/pgbouncer or docker/exporter, as `docker build` takes it."""
    return _ROOT / "docker" / name


def build_context(name: str) -> BuildContext:
    """The files of docker/pgbouncer or docker/exporter by relative path: their bytes and permission bits."""
    folder = context_folder(name)
    paths = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in _NOT_BUILT)
    files = {str(p.relative_to(folder)): p.read_bytes() for p in paths}
    modes = {n: file_modes.PROGRAM if data.startswith(b"#!") else file_modes.FILE for n, data in files.items()}
    return {n: (data, modes[n]) for n, data in files.items()}
