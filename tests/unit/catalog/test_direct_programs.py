"""Each program that stays direct has a source, and is found where its row says and nowhere else."""

from __future__ import annotations

import re

import pytest

from devpool.catalog import direct_programs
from devpool.catalog.direct_programs import PROGRAMS, DirectProgram, Field, patterns


def kind_of(field: Field, text: str) -> str | None:
    """The kind that the table gives to a text of one field."""
    return next((kind.code for pattern, kind in patterns(field) if re.search(pattern, text)), None)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.image or p.command or p.full_image)
def test_each_row_looks_somewhere_and_has_a_source(program: DirectProgram) -> None:
    assert program.image or program.command or program.full_image
    assert program.source.startswith("https://")
    for pattern in (program.image, program.command, program.full_image):
        assert not re.compile(pattern).search("") or not pattern


@pytest.mark.parametrize(
    ("field", "text", "kind"),
    [
        ("image", "postgres-exporter", "monitoring"),
        ("full_image", "datadog/agent", "monitoring"),
        ("image", "pgadmin4", "console"),
        ("command", "npx prisma studio --port 5555", "console"),
        ("full_image", "supabase/studio:2024", "console"),
        ("image", "postgres-backup-local", "backup"),
        ("command", "sh -c 'pg_dump -h db > x'", "backup"),
        ("image", "wal-g", "backup"),
        ("full_image", "quay.io/debezium/connect:2.7", "replication"),
        ("image", "debezium-ui", None),
        ("image", "electric", "replication"),
        ("image", "electrical-shop", None),
        ("command", "graphile-worker -c x", "listen"),
        ("command", "bundle exec good_job start", "listen"),
        ("command", "bundle exec que", "listen"),
        ("command", "node listener.js", "listen"),
        ("command", "node event-listener-api.js", None),
        ("image", "flyway", "migrator"),
        ("full_image", "migrate/migrate:v4", "migrator"),
        ("image", "mongoose", None),
        ("image", "web", None),
        ("command", "gunicorn app", None),
    ],
)
def test_a_program_is_found_by_its_image_or_command(field: Field, text: str, kind: str | None) -> None:
    assert kind_of(field, text) == kind


@pytest.mark.parametrize(
    ("name", "listens"),
    [("listener", True), ("db-listener", True), ("kafka-listener", False), ("slack-notifier", False)],
)
def test_the_name_of_a_service_may_say_that_it_listens(name: str, listens: bool) -> None:
    assert bool(direct_programs.LISTENER_NAMES.search(name)) is listens


@pytest.mark.parametrize(
    ("name", "switch"),
    [("ENABLE_LISTEN", True), ("LISTENER_ENABLED", True), ("LISTEN_PORT", False), ("LISTENING", False)],
)
def test_a_variable_may_switch_listening(name: str, switch: bool) -> None:
    assert bool(direct_programs.LISTEN_SWITCH.search(name)) is switch


@pytest.mark.parametrize(
    ("name", "replication"),
    [
        ("REPLICATION_SLOT", True),
        ("PG_SLOT_NAME", True),
        ("PG_PUBLICATION", True),
        ("TIMESLOT", False),
        ("SLOT", False),
    ],
)
def test_a_slot_or_a_publication_is_of_logical_replication(name: str, replication: bool) -> None:
    assert bool(direct_programs.REPLICATION_VARIABLES.search(name)) is replication


def test_the_server_setting_is_found_in_its_command() -> None:
    assert direct_programs.LOGICAL_WAL.search("postgres -c wal_level=logical")
    assert direct_programs.LOGICAL_WAL.search("wal_level = 'logical'")
    assert not direct_programs.LOGICAL_WAL.search("postgres -c wal_level=replica")
