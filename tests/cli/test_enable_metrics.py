"""`enable --metrics` in the files: remembered, idempotent, taken out again, and proved to the last key."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from cli.test_bad_input import needs_compose, refuse, tree
from cli.test_set import ENABLE, asked, done, folder, shell
from memory_project import planned

from devpool.errors import ProofError
from devpool.model.sources import Reading
from devpool.prove.added_services import prove_exporter

__all__ = ["folder", "shell"]
BESIDE = "  pgbouncer-exporter:\n"
ONE = "services:\n  db:\n    image: postgres:17\n  web:\n    environment: {URL: 'postgres://a:b@db:5432/c'}\n"


def text(folder: Path) -> str:
    return (folder / "compose.yml").read_text()


@needs_compose
def test_an_exporter_stands_beside_the_pooler_and_compose_reads_it_as_planned(
    folder: Path, shell: dict[str, str]
) -> None:
    answer = asked(folder, shell, "enable", "--no-up", "--metrics")
    assert answer["proved"]
    assert BESIDE in text(folder)
    state = json.loads((folder / ".devpool" / "state.json").read_text())
    assert [p["exporter"] for p in state["poolers"]] == ["pgbouncer-exporter"]
    assert (folder / ".devpool" / "exporter" / "Dockerfile").is_file()
    assert (folder / ".devpool" / "exporter" / "entrypoint.sh").stat().st_mode & 0o111


def test_it_is_remembered_until_it_is_not_wanted_and_disable_leaves_nothing(
    folder: Path, shell: dict[str, str]
) -> None:
    before = tree(folder)
    done(folder, shell, *ENABLE)
    plain = tree(folder)
    done(folder, shell, *ENABLE, "--metrics")
    with_it = tree(folder)
    assert BESIDE in text(folder)
    assert "already enabled" in done(folder, shell, *ENABLE)
    done(folder, shell, "set", "stats_period=1", "--no-up", "--no-verify")
    assert BESIDE in text(folder)
    done(folder, shell, "set", "stats_period=", "--no-up", "--no-verify")
    assert tree(folder) == with_it
    done(folder, shell, *ENABLE, "--no-metrics")
    assert tree(folder) == plain
    done(folder, shell, *ENABLE, "--metrics")
    done(folder, shell, "disable", "--no-up")
    assert tree(folder) == before


def test_no_file_of_the_project_holds_a_password_for_it(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE)
    passwords = text(folder).count("hunter2-Geheim")
    done(folder, shell, *ENABLE, "--metrics")
    exporter = text(folder).split(BESIDE)[1].split("\n  web:")[0]
    assert "hunter2-Geheim" not in exporter
    assert text(folder).count("hunter2-Geheim") == passwords
    assert "PASS" not in exporter.upper()
    ours = b"".join(p.read_bytes() for p in (folder / ".devpool").rglob("*") if p.is_file())
    assert b"hunter2-Geheim" not in ours


def test_a_state_of_before_there_were_exporters_is_read(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE)
    path = folder / ".devpool" / "state.json"
    body = json.loads(path.read_text())
    del body["options"]["metrics"], body["poolers"][0]["exporter"]
    path.write_text(json.dumps(body))
    done(folder, shell, *ENABLE)
    assert BESIDE not in text(folder)


def test_a_service_of_that_name_is_the_users_own(folder: Path, shell: dict[str, str]) -> None:
    path = folder / "compose.yml"
    path.write_text(path.read_text() + BESIDE + "    image: mine\n")
    refuse(folder, shell, "pooler-name-taken", *ENABLE, "--metrics", words=("`pgbouncer-exporter`", "compose.yml"))


# The proof: Compose's reading of the service, and each way in which it could be another


def exporter() -> dict[str, Any]:
    return {
        "build": {"context": "/project/.devpool/exporter", "dockerfile": "Dockerfile"},
        "cap_drop": ["ALL"],
        "command": None,
        "entrypoint": None,
        "depends_on": {"pgbouncer": {"condition": "service_healthy", "restart": True, "required": True}},
        "environment": {"POOLER_HOST": "pgbouncer"},
        "networks": {"default": None},
        "read_only": True,
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": ["/dev/shm:ro", "/dev/mqueue:ro"],
        "volumes_from": ["pgbouncer:ro"],
    }


def prove(service: dict[str, Any]) -> None:
    _, plan = planned(ONE, metrics=True)
    prove_exporter(plan.poolers[0], Reading(model={"services": {"pgbouncer-exporter": service}}, hashes={}))


def test_the_service_as_it_is_meant_is_proved() -> None:
    prove(exporter())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("build", {"context": "/project/elsewhere"}),
        ("cap_drop", []),
        ("command", ["--pgBouncer.connectionString=x"]),
        ("depends_on", {}),
        ("environment", {"POOLER_HOST": "pgbouncer", "POSTGRES_PASSWORD": "x"}),
        ("networks", {"default": None, "front": None}),
        ("ports", [{"target": 9127}]),
        ("privileged", True),
        ("read_only", None),
        ("security_opt", None),
        ("tmpfs", ["/dev/shm"]),
        ("volumes_from", ["pgbouncer"]),
    ],
)
def test_any_other_service_is_not(key: str, value: object) -> None:
    service = copy.deepcopy(exporter()) | {key: value}
    with pytest.raises(ProofError):
        prove(service)
