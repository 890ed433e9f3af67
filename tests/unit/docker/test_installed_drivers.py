"""What an app's container answers, and what is said where it does not."""

from __future__ import annotations

import pytest

from devpool.checks.installed import Installed, Mention
from devpool.docker.installed_drivers import installed_in, look_into, looked_into
from devpool.errors import DevpoolError
from unit.docker.stand_ins import KnownStack, inspected

APP = inspected("web", environment={"DATABASE_URL": "postgres://u:sesame@db/x?pgbouncer=true"})


def test_a_container_is_asked_with_its_own_shell_and_its_addresses_are_read_here() -> None:
    question = look_into(KnownStack(), "web", APP)
    assert question.command[:5] == ["docker", "exec", "web", "sh", "-c"]
    assert question.read("file /app/node_modules/pg/package.json 8.11.0\n") == Installed(
        app="web", packages={"pg": "8.11.0"}, flags=(Mention(place="DATABASE_URL", text="pgbouncer=true"),)
    )


def test_no_value_of_a_container_is_on_the_command_line() -> None:
    assert "sesame" not in " ".join(look_into(KnownStack(), "web", APP).command)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ('exec: "sh": executable file not found in $PATH: unknown', "its container has no shell to inspect it with"),
        ("container 1 is not running", "its container could not be inspected: container 1 is not running"),
    ],
)
def test_why_a_container_tells_nothing_is_said_as_it_is(said: str, problem: str) -> None:
    found = looked_into("web", DevpoolError("docker-failed", f"docker failed: {said}", said=said))
    assert found == Installed(app="web", problem=problem)


def test_an_app_that_does_not_run_is_not_asked() -> None:
    assert installed_in(KnownStack(), {"db": [inspected("db")]}, ["web"]) == ()
