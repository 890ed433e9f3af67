"""The main job on a running project: enable, migrate, status, disable. One story, looked at from all sides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from demo_rig import DEMO, PASSWORD, PASSWORD_IN_URL, Burst, DemoProject, Moment, demo_project
from pooler_rig import eventually

# Where the app's own settings lead to: what the server says of itself, and whom Postgres sees.
_LOOK = """
import os, psycopg, socket
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print("pooler:", connection.info.parameter_status("pgbouncer.version"))
    print("container:", socket.gethostbyname(socket.gethostname()))
    print("client:", connection.execute("SELECT host(inet_client_addr())").fetchone()[0])
"""
MANY = 40  # of the 64 threads of web; a burst need not reach every one of them


@dataclass(kw_only=True)
class Story:
    """What was seen, in the order in which it happened."""

    moments: dict[str, Moment] = field(default_factory=dict)
    bursts: dict[str, Burst] = field(default_factory=dict)
    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    web: dict[str, bool] = field(default_factory=dict)
    index: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[Story]:
    with demo_project(tmp_path_factory.mktemp("story"), plain_shell, "main-job") as project:
        yield tell(project)


def tell(project: DemoProject) -> Story:
    story = Story()
    while_direct(project, story)
    while_pooled(project, story)
    migrations(project, story)
    direct_again(project, story)
    return story


def while_direct(project: DemoProject, story: Story) -> None:
    # One more of the one than its file says, and one less of the other.
    (project.folder / "compose.override.yaml").write_text("services:\n  worker:\n    deploy:\n      replicas: 2\n")
    project.up("--scale=web=2", "--scale=worker=1")
    story.moments["before"] = Moment.now(project)
    story.bursts["direct"] = project.burst()
    story.answers["status before"] = project.ask("status")
    for option in ("--dry-run", "--diff"):
        story.said[option] = project.devpool("enable", option)
        story.moments[option] = Moment.now(project)
    story.said["--no-up"] = project.devpool("enable", "--no-up")
    story.moments["--no-up"] = Moment.now(project)
    project.devpool("disable", "--no-up")
    story.moments["disable --no-up"] = Moment.now(project)


def while_pooled(project: DemoProject, story: Story) -> None:
    story.said["enable"] = project.devpool("enable")
    story.moments["enabled"] = Moment.now(project)
    story.bursts["pooled"] = project.burst()
    story.web["pooled"] = project.web_says()["pooled"]
    story.said["status"] = project.devpool("status")
    story.answers["status"] = project.ask("status")
    story.answers["second enable"] = project.ask("enable")
    story.moments["enabled again"] = Moment.now(project)


def migrations(project: DemoProject, story: Story) -> None:
    index = "SELECT count(*) FROM pg_indexes WHERE indexname = 'note_written_at'"
    story.index["before"] = project.sql(index)
    story.said["migrate"] = project.devpool("migrate")
    story.index["after"] = project.sql(index)
    story.said["look"] = project.devpool("migrate", "web", "--", "python3", "-c", _LOOK)
    script = "cat; echo to the one >&1; echo to the other >&2; exit 7"
    story.said["script"] = project.devpool("migrate", "web", "--", "sh", "-c", script, code=7, given="from stdin\n")
    story.moments["migrated"] = Moment.now(project)


def direct_again(project: DemoProject, story: Story) -> None:
    story.said["disable"] = project.devpool("disable")
    story.moments["disabled"] = Moment.now(project)
    story.web["direct"] = eventually(project.web_says, "web answers")["pooled"]
    eventually(lambda: project.connections()["worker"] == (0, 1), "the worker is back at Postgres")
    story.said["second disable"] = project.devpool("disable")


def counts(answer: dict[str, Any]) -> list[tuple[int, int]]:
    """The connections of web and of worker in an answer in JSON: at the pooler, at Postgres."""
    found = {c["service"]: (c["at_pooler"], c["at_database"]) for c in answer["connections"]}
    return [found["web"], found["worker"]]


# --- nothing is touched where nothing shall be ---


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_enable_only_shows_what_it_would_do(story: Story, option: str) -> None:
    assert story.moments[option] == story.moments["before"]
    assert "pgbouncer" in story.said[option][0]


def test_without_up_enable_and_disable_touch_no_container(story: Story) -> None:
    before, enabled, disabled = (story.moments[m] for m in ("before", "--no-up", "disable --no-up"))
    assert enabled.tree != before.tree
    assert (enabled.containers, enabled.things) == (before.containers, before.things)
    assert disabled == before


def test_a_project_that_is_not_enabled_shows_its_direct_connections(story: Story) -> None:
    status = story.answers["status before"]
    assert not status["enabled"]
    assert {r["service"]: r["pooled"] for r in status["routes"]} == {"web": False, "worker": False}
    (web_at_pooler, web_at_database), worker = counts(status)
    assert web_at_pooler == 0
    assert web_at_database > MANY
    assert worker == (0, 1)


# --- pooled ---


def test_the_same_burst_takes_few_server_connections(story: Story) -> None:
    direct, pooled = story.bursts["direct"], story.bursts["pooled"]
    assert direct.held > MANY
    assert pooled.held <= 25  # a pool of 20, the healthcheck's own, and whoever is just leaving
    assert direct.errors == pooled.errors == 0


def test_enable_says_where_the_connections_arrive_now(story: Story) -> None:
    stdout, _ = story.said["enable"]
    assert "changed compose.yaml" in stdout
    assert "worker: pooled, 1 at the pooler and none at db" in stdout
    assert "NOT PROVED" not in stdout


def test_the_app_itself_says_that_it_is_pooled(story: Story) -> None:
    assert story.web == {"pooled": True, "direct": False}


def test_the_database_is_not_recreated_and_the_apps_are(story: Story) -> None:
    before, enabled = (story.moments[m].containers for m in ("before", "enabled"))
    assert enabled["db"] == before["db"]
    assert not set(enabled["web"] + enabled["worker"]) & set(before["web"] + before["worker"])


def test_every_service_keeps_its_number_of_containers(story: Story) -> None:
    before = {"db": 1, "web": 2, "worker": 1}
    assert story.moments["before"].count() == before
    assert story.moments["enabled"].count() == story.moments["migrated"].count() == before | {"pgbouncer": 1}
    assert story.moments["disabled"].count() == before


def test_enabling_again_changes_neither_files_nor_containers(story: Story) -> None:
    assert story.moments["enabled again"] == story.moments["enabled"]
    assert not story.answers["second enable"]["written"]


def test_enabling_again_counts_the_connections_for_programs(story: Story) -> None:
    (web_at_pooler, web_at_database), worker = counts(story.answers["second enable"])
    assert web_at_pooler > MANY
    assert (web_at_database, worker) == (0, (1, 0))


def test_status_counts_connections_by_app(story: Story) -> None:
    status = story.answers["status"]
    assert (status["enabled"], status["drift"]) == (True, [])
    web, worker = counts(status)
    assert web[0] > MANY
    assert (web[1], worker) == (0, (1, 0))
    rows = [line.split()[:5] for line in story.said["status"][0].splitlines()]
    assert ["web", "db", "pooled", str(web[0]), "0"] in rows
    assert ["worker", "db", "pooled", "1", "0"] in rows


def test_no_password_is_said(story: Story) -> None:
    said = "".join(map("".join, story.said.values())) + json.dumps(story.answers)
    assert PASSWORD not in said
    assert PASSWORD_IN_URL not in said


# --- migrations ---


def test_migrate_applies_the_migration_that_is_due(story: Story) -> None:
    assert "Applying notes.0002_note_written_at... OK" in story.said["migrate"][0]
    assert story.index == {"before": "0", "after": "1"}


def test_a_migration_connects_past_the_pooler(story: Story) -> None:
    words = story.said["look"][0].split()
    seen = dict(zip(words[::2], words[1::2], strict=True))
    assert seen["pooler:"] == "None"
    assert seen["client:"] == seen["container:"]


def test_exit_code_and_streams_of_the_command_are_passed_through(story: Story) -> None:
    stdout, stderr = story.said["script"]
    assert stdout == "from stdin\nto the one\n"
    assert "to the other\n" in stderr


def test_migrating_leaves_no_container_behind(story: Story) -> None:
    assert story.moments["migrated"] == story.moments["enabled"]


# --- direct again ---


def test_disable_gives_back_every_byte_and_mode(story: Story) -> None:
    before, disabled = (story.moments[m].tree for m in ("before", "disabled"))
    assert sorted(disabled) == sorted(before)
    assert [name for name in before if disabled[name] != before[name]] == []
    assert disabled["compose.yaml"][1] == (DEMO / "compose.yaml").read_bytes()


def test_disable_leaves_nothing_of_the_pooler(story: Story) -> None:
    assert story.moments["enabled"].things - story.moments["before"].things == {
        "container *-pgbouncer-1",
        "image *-pgbouncer",
    }
    assert story.moments["disabled"].things == story.moments["before"].things


def test_disabling_again_is_nothing_to_do(story: Story) -> None:
    assert story.said["second disable"] == ("not enabled: nothing to do\n", "")
