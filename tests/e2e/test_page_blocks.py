"""The command blocks of README and of the guides are run, line by line, in a project of the page's kind.

The project has one app, whose tools (`npm`, `mix`, `dotnet`, ...) are all one stand-in that says whether it is
connected directly or through the pooler. A block that cannot be run here says so in the page's source:
`<!-- not run: WHY -->`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from demo_rig import REPO, DemoProject, demo_project
from pooler_rig import docker

_BLOCK = re.compile(r"(?:^<!-- not run: (?P<why>[^\n]+) -->\n)?^```sh\n(?P<lines>.*?)^```", re.M | re.S)
_STAND_IN = re.compile(r"^stand-in: .* is (pooled|direct)$", re.M)
IMAGE = "shop/pgbouncer:1"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a page's project has: the name of its app, files, and whether it is enabled before the first line."""

    app: str = "web"
    files: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = False
    more: str = ""  # of the compose file


_BESIDE = "    build: .\n    command: sleep infinity\n    init: true\n    depends_on: [db]\n"
_ADDRESS = "    environment: ['DATABASE_URL=postgres://shop:secret@db/shop']\n"
DJANGO = {"manage.py": "# Django\n"}
KINDS = {
    "README.md": Kind(files=DJANGO),
    "docs/index.md": Kind(files=DJANGO),
    "docs/migrations.md": Kind(files={"alembic.ini": "[alembic]\n"}, enabled=True),
    "docs/metrics.md": Kind(enabled=True),
    "docs/refusals.md": Kind(more=f"  worker:\n{_BESIDE}{_ADDRESS}"),
    "docs/how-to/choose-routes.md": Kind(),
    "docs/how-to/compare.md": Kind(),
    "docs/how-to/ci.md": Kind(files=DJANGO),
    "docs/how-to/devcontainer.md": Kind(
        files={".devcontainer/devcontainer.json": '{"dockerComposeFile": ["../compose.yaml"], "service": "web"}\n'}
    ),
    "docs/how-to/django.md": Kind(files=DJANGO),
    "docs/how-to/dotnet.md": Kind(files={"shop.csproj": "<Project/>\n"}),
    "docs/how-to/go.md": Kind(app="api", files={"migrations/1_shop.up.sql": "SELECT 1;\n"}),
    "docs/how-to/install.md": Kind(),
    "docs/how-to/laravel.md": Kind(
        app="app",
        files={"artisan": "<?php // Laravel\n"},
        more=f"  queue:\n{_BESIDE}",
    ),
    "docs/how-to/listen.md": Kind(enabled=True),
    "docs/how-to/node.md": Kind(files={"package.json": "{}\n", "prisma/schema.prisma": "\n"}),
    "docs/how-to/override-file.md": Kind(files={".dockerignore": ".devpool/env\n"}),
    "docs/how-to/phoenix.md": Kind(files={"mix.exs": "{:ecto_sql}\n"}),
    "docs/how-to/production.md": Kind(enabled=True),
    "docs/how-to/rails.md": Kind(files={"bin/rails": '#!/bin/sh\nexec rails "$@"\n'}),
    "docs/how-to/rust.md": Kind(app="api", files={"Cargo.toml": 'sqlx = "0.8"\n'}),
    "docs/how-to/spring.md": Kind(app="app", files={"mvnw": '#!/bin/sh\nexec go mvnw "$@"\n'}),
    "docs/how-to/sqlalchemy.md": Kind(app="api", files={"alembic.ini": "[alembic]\n"}),
    "docs/how-to/team.md": Kind(),
    "docs/how-to/troubleshooting.md": Kind(enabled=True),
    "docs/how-to/tune.md": Kind(),
    "docs/how-to/undo.md": Kind(enabled=True),
    "docs/how-to/upgrade.md": Kind(enabled=True),
}
# What tests of their own run: a stack on its nodes and the tutorial; and a page of commands of the checkout.
ELSEWHERE = {"docs/how-to/swarm.md", "docs/tutorial.md", "docs/benchmarks.md"}
NOT_RUN = {
    "README.md": ["tests/e2e/test_bin_demo.py runs it", "tests/packaging runs it"],
    "docs/how-to/ci.md": ["a registry"],
    "docs/how-to/install.md": ["tests/packaging runs it"] * 3 + ["tests/cli/test_completion.py runs it in each shell"],
    "docs/how-to/production.md": ["a registry"],
    "docs/how-to/upgrade.md": ["a published release", "a registry"],
}


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Each block's reason not to be run ("" for none), and its lines."""
    for found in _BLOCK.finditer((REPO / page).read_text(encoding="utf-8")):
        yield found["why"] or "", found["lines"]


def pages() -> Iterator[str]:
    for path in (
        REPO / "README.md",
        *sorted((REPO / "docs").glob("*.md")),
        *sorted((REPO / "docs/how-to").glob("*.md")),
    ):
        page = str(path.relative_to(REPO))
        if any(blocks(page)):
            yield page


def test_every_page_with_commands_is_run() -> None:
    assert set(pages()) - ELSEWHERE == set(KINDS)


def test_the_blocks_that_are_not_run_are_these() -> None:
    found = {page: [why for why, _ in blocks(page) if why] for page in KINDS}
    assert {page: whys for page, whys in found.items() if whys} == NOT_RUN


def make(project: DemoProject, kind: Kind) -> None:
    """Turn the copy of the template into a project of this kind."""
    compose = project.folder / "compose.yaml"
    compose.write_text(compose.read_text().replace("  web:\n", f"  {kind.app}:\n") + kind.more)
    for name, text in kind.files.items():
        path = project.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    assert project.call(["git", "init", "--quiet"]).returncode == 0


def connected(command: str) -> set[str]:
    """How the stand-in may be connected in a command of a page."""
    if command.startswith("devpool compare"):
        return {"direct", "pooled"}
    return {"direct"} if command.startswith(("devpool migrate", "devpool direct")) else {"pooled"}


@pytest.fixture
def shop(tmp_path: Path, plain_shell: dict[str, str], request: pytest.FixtureRequest) -> Iterator[DemoProject]:
    with demo_project(tmp_path, plain_shell, request.node.name, REPO / "tests" / "e2e" / "pages") as found:
        yield found
        docker("image", "rm", "--force", IMAGE, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("page", KINDS)
def test_the_commands_of_a_page_work_in_their_order(page: str, shop: DemoProject, programs: Path) -> None:
    kind = KINDS[page]
    make(shop, kind)
    shop.up()
    if kind.enabled:
        shop.devpool("enable")
    someone = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    shell = {**someone, "HOME": str(shop.folder.parent / "home")}
    path = f"{programs}{os.pathsep}{shop.environ['PATH']}"
    # Plugins of docker are looked for at home.
    shell["DOCKER_CONFIG"] = os.environ.get("DOCKER_CONFIG", str(Path.home() / ".docker"))
    for lines in (lines for why, lines in blocks(page) if not why):
        for command in filter(None, (re.sub(r"(^|\s+)#.*", "", line) for line in lines.splitlines())):
            done = shop.call(["bash", "-c", f"exec 2>&1; {command}"], PATH=path, **shell)
            assert done.returncode == 0, f"{page}: {command}\n{done.stdout}"
            assert {*_STAND_IN.findall(done.stdout)} <= connected(command), f"{page}: {command}\n{done.stdout}"
