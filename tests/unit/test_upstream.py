"""Which users the pooler's image takes from its environment (docker/pgbouncer/upstream.sh)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docker" / "pgbouncer" / "upstream.sh"
ASK = """set -eu
die() { echo "$1"; exit 1; }
declare -A setting=()
. "$0"
read_upstream
check_users
for i in "${!users[@]}"; do echo "${users[i]} ${passwords[i]}"; done
"""


def users(**environment: str) -> list[str]:
    """Each user with its password, or the variable that the script stops at."""
    given = {"PATH": os.environ["PATH"], "POSTGRES_HOST": "db", "POSTGRES_PASSWORD": "a"} | environment
    found = subprocess.run(["bash", "-c", ASK, str(SCRIPT)], env=given, capture_output=True, text=True, check=False)
    return found.stdout.splitlines()


def test_numbered_urls_and_users_are_added_to_the_first_one() -> None:
    found = users(DATABASE_URL_2="postgres://web:x%41@db/shop", POSTGRES_USER_3="jobs", POSTGRES_PASSWORD_3="b c")
    assert found == ["postgres a", "web xA", "jobs b c"]


def test_a_numbered_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("secret\n")
    assert users(POSTGRES_USER_2="jobs", POSTGRES_PASSWORD_2_FILE=str(tmp_path / "jobs")) == [
        "postgres a",
        "jobs secret",
    ]


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"POSTGRES_USER_2": "jobs"}, "POSTGRES_PASSWORD_2"),
        ({"POSTGRES_USER_2": "jobs", "POSTGRES_PASSWORD_2": "a\nb"}, "POSTGRES_PASSWORD_2"),
        ({"POSTGRES_USER_2": "postgres", "POSTGRES_PASSWORD_2": "b"}, "POSTGRES_USER_2"),
    ],
)
def test_what_cannot_be_used_is_named(environment: dict[str, str], named: str) -> None:
    assert users(**environment) == [named]


def test_other_variables_of_that_kind_are_no_users() -> None:
    assert users(POSTGRES_USER_DIRECT="x", POSTGRES_USER_2="", DATABASE_URL_DIRECT="postgres://x:y@db/z") == [
        "postgres a"
    ]
