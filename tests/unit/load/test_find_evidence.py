"""What tells of an app whose database stands in no variable."""

from __future__ import annotations

from pathlib import Path

import pytest
from disk_project import project

from devpool.load.find_evidence import with_evidence

DB = "services:\n  db:\n    image: postgres:17\n"
CONFIG = "database:\n  host: db\n  port: 5433\n"
MOUNT = "    image: app\n    volumes: ['./app.yml:/app.yml']\n"


def told(folder: Path, services: str, files: dict[str, str] | None = None) -> list[tuple[str, str, str, str]]:
    found = with_evidence(project(folder, {"compose.yml": DB + services, **(files or {})}))
    return [(e.service, e.database, e.says, e.port) for e in found.evidence]


def test_a_file_that_it_reads_tells_its_line_and_the_port(tmp_path: Path) -> None:
    found = told(tmp_path, f"  web:\n{MOUNT}", {"app.yml": CONFIG})
    assert found == [("web", "db", "app.yml:2 names db:5433", "5433")]


def test_a_config_in_the_compose_file_tells_its_line_there(tmp_path: Path) -> None:
    web = "  web:\n    image: app\n    configs: [app]\n"
    config = "configs:\n  app:\n    content: |\n      database:\n        host: db\n"
    assert told(tmp_path, web + config) == [("web", "db", "compose.yml:11 names db", "5432")]


@pytest.mark.parametrize(
    "web",
    [
        f"{MOUNT}    environment: {{U: 'postgres://u:p@db/x'}}\n",  # its variable tells
        f"{MOUNT}    network_mode: host\n",
        f"{MOUNT}    networks: [other]\n",
        "    image: app\n",
    ],
)
def test_nothing_is_told_of_an_app_with_a_variable_or_without_a_way_there(tmp_path: Path, web: str) -> None:
    assert told(tmp_path, f"  web:\n{web}", {"app.yml": CONFIG}) == []


def test_a_folder_that_several_services_take_in_tells_of_those_that_wait_for_the_database(tmp_path: Path) -> None:
    mount = "    image: app\n    volumes: ['./conf:/conf']\n"
    services = f"  web:\n{mount}    depends_on: [db]\n  job:\n{mount}    links: [web]\n  mail:\n{mount}"
    assert [e[0] for e in told(tmp_path, services, {"conf/app.yml": CONFIG})] == ["web", "job"]


@pytest.mark.parametrize(
    ("said", "environment", "evident"),
    [
        ("ENV DATABASE_URL=postgres://u:p@db:5433/x", "{}", True),
        ("ENV DATABASE_URL=postgres://u:p@db:5433/x", "{DATABASE_URL: 'postgres://u:p@db.example.org/x'}", False),
        ("ENV REDIS_HOST=db", "{}", False),
        ("RUN wait-for db:5432", "{}", False),
    ],
)
def test_the_variables_of_its_own_dockerfile_tell(tmp_path: Path, said: str, environment: str, evident: bool) -> None:
    web = f"  web:\n    build: .\n    environment: {environment}\n"
    found = told(tmp_path, web, {"Dockerfile": f"FROM scratch\n{said}\n"})
    assert [f[2].split(" names")[0] for f in found] == (["its Dockerfile:2"] if evident else [])


def test_who_does_not_connect_does_not_share_a_folder(tmp_path: Path) -> None:
    mount = "    volumes: ['.:/srv']\n"
    services = f"  web:\n    image: php:fpm\n{mount}  nginx:\n    image: nginx\n{mount}"
    assert "web" in [e[0] for e in told(tmp_path, services, {".env": "DB_HOST=db\n"})]


@pytest.mark.parametrize(
    ("lines", "evident"),
    [
        ("image: quay.io/jupyter/scipy-notebook:latest", False),
        ("image: rocker/rstudio", False),
        ("image: codercom/code-server", False),
        ("image: squidfunk/mkdocs-material", False),
        ("image: composer:2", False),
        ("image: acme/shop, command: jupyter lab --ip=0.0.0.0", False),
        ("image: acme/shop, command: [npm, run, storybook]", False),
        ("image: acme/notebooks, command: serve", True),
        ("image: acme/composer-bot, command: serve", True),
        ("image: acme/shop, command: sleep infinity", True),
    ],
)
def test_a_workspace_takes_in_the_repository_whatever_its_files_connect_to(
    tmp_path: Path, lines: str, evident: bool
) -> None:
    lab = f"  lab: {{{lines}, volumes: ['.:/work'], depends_on: [db]}}\n"
    assert bool(told(tmp_path, lab, {"config.yml": CONFIG})) == evident


@pytest.mark.parametrize(
    ("image", "environment", "evident"),
    [
        ("odoo:17", "{}", True),
        ("odoo:17", "{HOST: elsewhere}", False),
        ("acme/odoo-theme", "{}", False),
        ("odoo@sha256:01", "{PASSWORD: x}", True),
    ],
)
def test_an_image_tells_by_its_own_default(tmp_path: Path, image: str, environment: str, evident: bool) -> None:
    found = told(tmp_path, f"  web:\n    image: {image}\n    environment: {environment}\n")
    assert [says for _, _, says, _ in found] == (["its image names db by default"] if evident else [])


def test_without_a_database_in_the_project_nothing_is_looked_for(tmp_path: Path) -> None:
    known = project(tmp_path, {"compose.yml": f"services:\n  web:\n{MOUNT}", "app.yml": CONFIG})
    assert with_evidence(known) is known
