"""What an app's container answers, and what is said where it does not."""

from __future__ import annotations

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


def test_a_container_without_a_shell_is_an_app_of_which_this_is_said() -> None:
    found = looked_into("web", DevpoolError("docker-failed", "docker failed: sh: executable file not found in $PATH"))
    assert (found.app, found.packages, found.problem) == (
        "web",
        {},
        "its container has no shell to inspect it with",
    )


def test_an_app_that_does_not_run_is_not_asked() -> None:
    assert installed_in(KnownStack(), {"db": [inspected("db")]}, ["web"]) == ()
