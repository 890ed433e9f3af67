"""A database and one app beside it, planned or refused: what tests of the plan share."""

from __future__ import annotations

import pytest
from memory_project import Files, planned

from devpool.decide.plan import Plan
from devpool.errors import DevpoolError

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "DATABASE_URL: postgres://postgres:hunter2@db:5432/postgres"


def app(*variables: str, name: str = "web", more: str = "") -> str:
    return f"  {name}:\n    image: app\n{more}    environment:\n" + "".join(f"      {v}\n" for v in variables)


def plan(files: Files | str, shell: dict[str, str] | None = None, **options: object) -> Plan:
    return planned(files, shell, **options)[1]


def refusal(files: Files | str, shell: dict[str, str] | None = None, **options: object) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        plan(files, shell, **options)
    assert caught.value.hint
    assert "hunter2" not in caught.value.message + caught.value.hint
    return caught.value
