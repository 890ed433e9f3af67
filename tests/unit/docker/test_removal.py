"""What is removed is devpool's own: a record, which may name any service, is not enough."""

from __future__ import annotations

from devpool.docker.removal import left_services, remove
from unit.docker.engine_of_a_file import ROLE, Engine, engine
from unit.docker.stand_ins import KnownStack, listed

__all__ = ["engine"]  # a fixture


def test_an_image_of_the_users_stays(engine: Engine) -> None:
    engine.image("victim-web", {"maintainer": "me"})
    assert engine.removed("web") == []


def test_an_image_without_labels_stays(engine: Engine) -> None:
    engine.image("victim-web", {})
    assert engine.removed("web") == []


def test_the_containers_of_the_user_stay(engine: Engine) -> None:
    engine.container("web", {})
    engine.image("victim-web", {})
    assert engine.removed("web") == []


def test_the_pooler_goes_with_its_image(engine: Engine) -> None:
    engine.container("pgbouncer", {ROLE: "pooler"})
    engine.image("victim-pgbouncer", {ROLE: "pooler"})
    removed = engine.removed("pgbouncer")
    assert "container rm --force --volumes id-pgbouncer" in removed
    assert "image rm victim-pgbouncer" in removed


def test_an_image_that_another_project_uses_stays(engine: Engine) -> None:
    engine.image("victim-pgbouncer", {ROLE: "pooler"}, identity="sha256:used")
    assert engine.removed("pgbouncer") == ["image rm victim-pgbouncer"], "it is asked, and never forced"


def test_containers_and_images_are_removed_in_one_call_each(engine: Engine) -> None:
    for service in ("pgbouncer", "pgbouncer-exporter"):
        engine.container(service, {ROLE: "pooler", "mounts": "a" * 64 + ",/etc/app,data"})
        engine.image(f"victim-{service}", {ROLE: "pooler"})
    remove(engine.stack(), ["pgbouncer-exporter", "pgbouncer"])
    assert [line.split("--format")[0].split("--filter")[0].strip() for line in engine.log()] == [
        *("compose --profile * ps --all --no-trunc", "ps"),
        "container stop -t 5 id-pgbouncer id-pgbouncer-exporter",
        "container rm --force --volumes id-pgbouncer id-pgbouncer-exporter",
        "volume rm " + "a" * 64,
        "image ls",
        "image rm victim-pgbouncer victim-pgbouncer-exporter",
    ]


def test_which_containers_are_left_of_devpools_own_is_told_by_their_role() -> None:
    containers = [listed("pgbouncer", role="pooler"), listed("old", role="pooler"), listed("web"), listed("stray")]
    stack = KnownStack(containers)
    stack.declared = {"pgbouncer": {}, "web": {}}  # type: ignore[misc]
    assert left_services(stack) == {"pooler": ["old"]}
