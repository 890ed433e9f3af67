"""The projects that are measured: the golden cases, real ones, and ones made up to any size."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from _measure import REPO

GOLDEN = REPO / "tests" / "golden" / "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project's folder, the words that name its files, and further words for `enable`."""

    name: str
    source: Path
    files: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @contextmanager
    def copied(self) -> Iterator[Path]:
        """A fresh copy, gone at the end."""
        with TemporaryDirectory(prefix="devpool-bench-") as folder:
            yield Path(shutil.copytree(self.source, Path(folder) / "project", symlinks=True))


def golden() -> list[Project]:
    """The golden cases that are enabled."""
    return [_golden(case) for case in sorted(GOLDEN.iterdir()) if (case / "after").is_dir()]


def _golden(case: Path) -> Project:
    file = case / "args.txt"
    words = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return Project(name=case.name, source=case / "before", words=tuple(words))


def real() -> list[Project]:
    """The projects of `DEVPOOL_CORPUS` that Compose can read."""
    corpus = os.environ.get("DEVPOOL_CORPUS")
    found = sorted(Path(corpus).glob("*/meta.json")) if corpus else []
    read = {file.parent: json.loads(file.read_text(encoding="utf-8")) for file in found}
    return [
        Project(name=folder.name, source=folder, files=tuple(meta["config_args"]))
        for folder, meta in read.items()
        if meta.get("config_ok")
    ]


def generated(services: int) -> str:
    """A compose file: one database, apps that connect to it, and for every third app a service that does not.

    Args:
        services: how many in all; each has about 15 lines.
    """
    blocks = [_app(n) if n % 4 else _bystander(n) for n in range(1, services)]
    return "".join(["services:\n", _DATABASE, *blocks, "volumes:\n  data:\n"])


_DATABASE = """\
  db:
    image: postgres:17
    restart: unless-stopped
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: flour
      POSTGRES_DB: shop
    volumes:
      - data:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U shop"]
      interval: 5s
      timeout: 3s
      retries: 10

"""


def _app(number: int) -> str:
    return f"""\
  # App {number} of many.
  app-{number}:
    image: "registry.example.com/shop/app-{number}:1.{number}"
    restart: unless-stopped
    command: ["serve", "--port", "80"]
    environment:
      DATABASE_URL: postgres://shop:flour@db:5432/shop?application_name=app-{number}
      CACHE_URL: redis://cache-{number}:6379/0
      LOG_LEVEL: info
    depends_on:
      db:
        condition: service_healthy
    ports:
      - "{10000 + number}:80"

"""


def _bystander(number: int) -> str:
    return f"""\
  # Store {number}: knows no database.
  cache-{number}:
    image: redis:7
    restart: unless-stopped
    command: ["redis-server", "--save", ""]
    environment:
      REGION: north
      NAME: 'cache-{number}'
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
      interval: 5s
      timeout: 3s
      retries: 10
    labels:
      - shop.kind=cache

"""
