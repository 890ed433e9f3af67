"""The projects that the crash tests run real commands in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

_BOM = b"\xef\xbb\xbf"
_ONE = """# the shop
services:
  web:
    image: shop/web
    environment:
      DATABASE_URL: ${DATABASE_URL}   # where
      PLAIN_URL: "postgres://shop:a%20b@db:5432/shop"
    depends_on: [db]
  db:
    image: postgres:17
    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: "a b"}"""
_DOTENV = "DATABASE_URL=postgres://shop:a%20b@db:5432/shop\n# no final newline"
_MAIN = """include:
  - path: common/db.yml
    project_directory: common
services:
  lock:
    image: canal/lock
    environment:
      LEVELS_URL: postgres://postgres:sluice@water:5432/levels
    depends_on:
      - water
"""
_OVERRIDE = """services:
\tlock: {}
""".replace("\t", "  ").replace("{}", "\n    environment:\n      SPARE_URL: postgres://postgres:sluice@water/spare")
_COMMON = """services:
  gauge:
    image: canal/gauge
    env_file: gauge.env
    depends_on: [water]
  water:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: sluice
"""
_TWO = """services:
  frontend: {build: ./frontend, depends_on: [backend], env_file: [shared.env], environment: [PORT=3000]}
  backend:
    build: ./backend
    env_file: [shared.env]
    environment:
      - POOL=5
    depends_on: [postgres]
  reports:
    image: reports
    environment:
      REPORTS_URL: postgres://r:secret@archive:5432/r
    depends_on: {archive: {condition: service_healthy}}
  postgres: {image: postgres:15}
  archive:
    image: postgres:17
    environment: {POSTGRES_USER: r, POSTGRES_PASSWORD: secret}
    healthcheck: {test: [CMD, pg_isready]}
"""
_SHARED_ENV = "DATABASE_URL=postgresql://e:password1@postgres:5432/e\nDATABASE_HOST=postgres\nDATABASE_PORT=5432\n"


@dataclass(frozen=True)
class Project:
    """Files below a root by name, with bytes and mode, or what a link points to; the project is `root/project`."""

    name: str
    files: dict[str, tuple[bytes, int]]
    links: dict[str, str]
    enable: tuple[str, ...] = ()

    def build(self, root: Path) -> Path:
        """Write it, as one repository; the root."""
        (root / ".git").mkdir(parents=True, exist_ok=True)
        for name, (data, mode) in self.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
            (root / name).chmod(mode)
        for name, target in self.links.items():
            (root / name).symlink_to(target)
        return root


def _crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


ONE_FILE = Project(
    "one file and .env",
    {
        "project/docker-compose.yml": (_crlf(_ONE), 0o604),
        "project/.env": (_BOM + _DOTENV.encode(), 0o640),
        "project/web/Dockerfile": (b"FROM scratch\n", 0o444),
    },
    {},
)
SEVERAL_FILES = Project(
    "several files and a link",
    {
        "shared/compose.yml": (_MAIN.encode(), 0o755),
        "project/compose.override.yml": (_BOM + _crlf(_OVERRIDE), 0o660),
        "project/common/db.yml": (_COMMON.encode(), 0o644),
        "project/common/gauge.env": (b"LEVELS_URL=postgres://postgres:sluice@water:5432/levels", 0o600),
    },
    {"project/compose.yml": "../shared/compose.yml"},
)
TWO_POOLERS = Project(
    "a private env file, an app by name and two poolers",
    {"project/compose.yml": (_TWO.encode(), 0o644), "project/shared.env": (_SHARED_ENV.encode(), 0o600)},
    {},
    ("--set", "query_timeout=60"),
)
OVERRIDE = replace(ONE_FILE, name="override", enable=("--override",))
PROJECTS = [ONE_FILE, SEVERAL_FILES, TWO_POOLERS, OVERRIDE]
