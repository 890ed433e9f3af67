"""The text of a pooler's service, and of its exporter's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memory_project import COMPOSE, EXPORTER, FOLDER, TEMPLATE, Files, file_of, planned

from devpool.decide.credentials import Credentials
from devpool.decide.plan import Pooler
from devpool.decide.planning import with_credentials
from devpool.edit.pooler_template import Block, ExporterBlock, laid_out
from devpool.text.document import Document
from devpool.text.edits import apply, insertion

APP = "  web:\n    image: app\n    environment:\n      U: postgres://postgres:p@db:5432/x\n"


def compose(lines: str = "    environment:\n      POSTGRES_PASSWORD: p\n", app: str = APP) -> str:
    return f"services:\n  db:\n    image: postgres:17\n{lines}{app}"


def parts(files: Files | str, **options: object) -> tuple[Document, Pooler, Credentials]:
    """The file of a pooler, what the plan says of it, and its login."""
    found, plan = planned(files, **options)
    plan = with_credentials(found, plan)
    document = file_of(found, COMPOSE)
    assert isinstance(document, Document)
    return document, plan.poolers[0], plan.credentials[plan.poolers[0].name]


def text_of(block: Block, document: Document, template: str = TEMPLATE, *, indent: str = "", step: str = "  ") -> str:
    new = laid_out(block, template, indent=indent, step=step, newline=document.newline)
    end = len(document.text)
    return apply(document.text, [insertion(document.path, end, new, ())])[end:].removeprefix(document.newline)


def service(files: Files | str, changes: dict[str, object] | None = None, **options: object) -> str:
    """The text of a pooler's service, of which the plan says `changes` besides."""
    document, pooler, credentials = parts(files, **options)
    found = replace(pooler, **(changes or {}))  # type: ignore[arg-type]
    return text_of(Block(pooler=found, credentials=credentials, project_directory=FOLDER), document)


def section(text: str, key: str) -> str:
    """The lines of one key of a service, without its indentation."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(f"  {key}:")), len(lines))
    end = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith("    ")), len(lines))
    return "\n".join(line[2:] for line in lines[start:end])


def test_the_service_as_a_whole() -> None:
    assert service(compose()) == (
        "pgbouncer:\n"
        "  # PgBouncer in front of `db`, added by devpool; `devpool disable` takes it out again.\n"
        "  build: ./.devpool/pgbouncer\n"
        "  environment:\n"
        "    POSTGRES_HOST: db\n"
        '    POSTGRES_PORT: "5432"\n'
        "    POSTGRES_PASSWORD: p\n"
        '    PGBOUNCER_LISTEN_PORT: "6432"\n'
        "    PGBOUNCER_POOL_MODE: transaction\n"
        "  depends_on:\n"
        "    db:\n"
        "      condition: service_started\n"
        "  # Nothing of the container can be written but the configuration, which lives in memory.\n"
        "  read_only: true\n"
        '  tmpfs: ["/run/pgbouncer:mode=1777,size=1m", "/dev/shm:ro", "/dev/mqueue:ro"]\n'
        "  cap_drop: [ALL]\n"
        '  security_opt: ["no-new-privileges:true"]'
    )


def test_it_has_the_step_and_the_line_ends_of_its_neighbors() -> None:
    document, pooler, credentials = parts(compose().replace("\n", "\r\n"))
    block = Block(pooler=pooler, credentials=credentials, project_directory=FOLDER)
    text = text_of(block, document, indent=" ", step="    ")
    assert text.count("\n") == text.count("\r\n")
    assert "\r\n     environment:\r\n         POSTGRES_HOST: db\r\n" in text


@pytest.mark.parametrize(
    ("password", "written"),
    [
        ("POSTGRES_PASSWORD: 'a\"b'", "POSTGRES_PASSWORD: 'a\"b'"),
        ("POSTGRES_PASSWORD: ${PW:-p} # secret", "POSTGRES_PASSWORD: ${PW:-p}"),
        ("POSTGRES_PASSWORD:", "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}"),
        ("- POSTGRES_PASSWORD=p", "- POSTGRES_PASSWORD=p"),
        ("- 'POSTGRES_PASSWORD=p q'", "- 'POSTGRES_PASSWORD=p q'"),
        ("- POSTGRES_PASSWORD", "- POSTGRES_PASSWORD=${POSTGRES_PASSWORD}"),
    ],
)
def test_the_password_is_copied_as_it_is_written(password: str, written: str) -> None:
    text = compose(f"    environment:\n      {password}\n")
    found = section(service({"compose.yml": text, ".env": "POSTGRES_PASSWORD=p\n"}), "environment").splitlines()
    assert f"  {written}" in found
    assert {line.strip()[:2] == "- " for line in found[1:]} == {written.startswith("- ")}


def test_a_dollar_of_a_setting_is_no_variable_for_compose() -> None:
    found = service(compose(), settings={"application_name_add_host": "a$b"})
    assert "PGBOUNCER_APPLICATION_NAME_ADD_HOST: " in found
    assert "a$$b" in found


def test_a_dollar_of_a_name_beside_an_env_file_is_none_either() -> None:
    lines = "    env_file: a.env\n    environment:\n      POSTGRES_USER: a$$b\n"
    found = service({"compose.yml": compose(lines), "a.env": "POSTGRES_PASSWORD=p\n"})
    assert '\n    POSTGRES_USER: "a$$b"\n' in found


def test_env_files_are_given_in_their_own_form() -> None:
    for entry in ("a.env", "{path: a.env, required: false}", "{path: 'a.env', format: raw}"):
        files = {"compose.yml": compose(f"    env_file:\n      - {entry}\n"), "a.env": "POSTGRES_PASSWORD=p\nX=y\n"}
        found = service(files)
        assert section(found, "env_file") == f"env_file:\n  - {entry}"
        assert section(found, "environment").endswith(
            '\n  # What else the env file holds is not for the pooler.\n  X: ""'
        )


@pytest.mark.parametrize(
    ("changes", "key", "written"),
    [
        ({"restart": "no"}, "restart", 'restart: "no"'),
        ({"restart": "on-failure:5"}, "restart", "restart: on-failure:5"),
        ({"profiles": ("dev", "1")}, "profiles", 'profiles: [dev, "1"]'),
        ({"networks": ("back", "on")}, "networks", 'networks:\n  - back\n  - "on"'),
        ({"published": "7000"}, "ports", 'ports:\n  - "127.0.0.1:7000:6432"'),
        ({"extra_hosts": ("db.io:10.0.0.1",)}, "extra_hosts", "extra_hosts:\n  - db.io:10.0.0.1"),
        ({"external": True}, "depends_on", ""),
        ({"database": "5432"}, "depends_on", 'depends_on:\n  "5432":\n    condition: service_started'),
        ({"condition": "service_healthy"}, "depends_on", "depends_on:\n  db:\n    condition: service_healthy"),
        ({"metrics": True}, "volumes", "volumes: [/run/devpool-metrics]"),
        ({}, "volumes", ""),
        ({}, "restart", ""),
    ],
)
def test_what_the_plan_says_stands_there_and_nothing_else(changes: dict[str, object], key: str, written: str) -> None:
    assert section(service(compose(), changes), key) == written


def test_a_secret_that_compose_writes_into_the_container_leaves_it_writable() -> None:
    lines = "    secrets: [pw]\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/pw\n"
    secrets = "secrets:\n  pw:\n    {}\n"
    read_only, written = (service(compose(lines, APP + secrets.format(s))) for s in ("file: pw", "environment: PW"))
    assert section(read_only, "secrets") == "secrets:\n  - pw"
    assert (section(read_only, "read_only"), section(written, "read_only")) == ("read_only: true", "")


def test_a_login_that_may_not_stand_in_the_file_is_in_a_private_one_that_a_clone_can_lack() -> None:
    app = "  web:\n    image: app\n    env_file: a.env\n"
    files = {"compose.yml": compose("", app), "a.env": "U=postgres://u:hunter2@db:5432/x\n"}
    found = service(files)
    assert section(found, "env_file") == "env_file:\n  - {path: ./.devpool/env/pgbouncer.env, required: false}"
    assert "hunter2" not in found


def test_paths_are_those_of_the_file_that_the_service_stands_in() -> None:
    document, pooler, credentials = parts(compose())
    text = text_of(Block(pooler=pooler, credentials=credentials, project_directory="/project/sub"), document)
    assert "  build: ./sub/.devpool/pgbouncer\n" in text
    text = text_of(Block(pooler=pooler, credentials=credentials, project_directory="/"), document)
    assert "  build: ../.devpool/pgbouncer\n" in text


def test_the_exporter_has_the_pooler_s_networks_and_waits_for_it() -> None:
    document, pooler, credentials = parts(compose(), metrics=True)
    pooler = replace(pooler, networks=("back",), profiles=("dev",), published="7000")
    block = ExporterBlock(pooler=pooler, credentials=credentials, project_directory=FOLDER)
    text = text_of(block, document, EXPORTER)
    assert text.startswith("pgbouncer-exporter:\n")
    assert "  build: ./.devpool/exporter\n  profiles: [dev]\n" in text
    assert section(text, "depends_on").startswith("depends_on:\n  pgbouncer:\n    condition: service_healthy")
    assert (section(text, "networks"), section(text, "ports")) == ("networks:\n  - back", "")
    assert "POSTGRES" not in text
