"""`depends_on` and `links` of pooled apps name the pooler in place of the database."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, Files, file_of, planned

from devpool.edit.dependencies import Dependencies, dependency_edits
from devpool.errors import DevpoolError
from devpool.text.edits import apply

DB = "services:\n  db:\n    image: postgres:17\n  redis:\n    image: redis\n"
URL = "    environment:\n      U: postgres://u:p@db:5432/x\n"
HEALTHY = "pgbouncer: {condition: service_healthy}"


def changed(files: Files | str, **options: object) -> str:
    """The text with its dependencies edited, and nothing else."""
    found, plan = planned(files, **options)
    return apply(file_of(found, COMPOSE).text, list(dependency_edits(found, plan)))


def web(lines: str, **options: object) -> str:
    """What these lines of the app `web` become."""
    text = f"{DB}  web:\n    image: app\n{URL}"
    return changed(text + lines, **options).removeprefix(text)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("depends_on: [redis, db]\n", "depends_on: [redis, pgbouncer]\n"),
        ("depends_on:\n      - 'db' # first\n", "depends_on:\n      - 'pgbouncer' # first\n"),
        ("depends_on:\n    - db", "depends_on:\n    - pgbouncer"),
        (
            "depends_on:\n      db:\n        condition: service_healthy\n",
            "depends_on:\n      pgbouncer:\n        condition: service_healthy\n",
        ),
        ("depends_on: {db: {condition: service_started}}\n", "depends_on: {pgbouncer: {condition: service_started}}\n"),
        ("links: [db, redis]\n", "links: [pgbouncer, redis]\n"),
        ("links: ['db:db']\n", None),
        ("links: [db:old]\n", "links: [db:old, pgbouncer]\n"),
        ("depends_on: [redis]\n", "depends_on: [redis]\n"),
        ("", ""),
    ],
)
def test_the_name_changes_in_the_form_it_is_in(before: str, after: str | None, newline: str) -> None:
    text = f"{DB}  web:\n    image: app\n{URL}    ".replace("\n", newline)
    new = changed(text + before.replace("\n", newline)).removeprefix(text)
    assert new == (before if after is None else after).replace("\n", newline).replace("'db:db'", "'pgbouncer'")


def test_an_app_that_waits_for_the_database_through_another_waits_for_the_pooler_too() -> None:
    other = "  job:\n    image: job\n    depends_on: [db]\n"
    lines = "    depends_on: [job]\n"
    assert web(lines + other) == f"    depends_on: [job, pgbouncer]\n{other}"
    lines = "    depends_on: {job: {condition: service_started}}\n"
    assert web(lines + other) == lines.replace("}}", f"}}, {HEALTHY}}}") + other


def test_in_a_stack_nothing_is_added_because_nothing_waits() -> None:
    lines = "    depends_on: [job]\n  job:\n    image: job\n    depends_on: [db]\n"
    assert web(lines, swarm=True, image="registry.example/pgbouncer:1") == lines


def test_one_that_waits_for_an_app_that_waits_for_the_pooler_stays() -> None:
    api = f"  api:\n    image: api\n{URL}    depends_on: [{{}}]\n"
    lines = "    depends_on: [api]\n"
    assert web(lines + api.format("db")) == lines + api.format("pgbouncer")


@pytest.mark.parametrize("line", ["ipc: 'service:db'", "volumes_from: ['db:ro']", "pid: service:db"])
def test_so_does_one_that_waits_by_what_it_shares(line: str) -> None:
    found, plan = planned(f"{DB}  web:\n    image: app\n{URL}    {line}\n  job:\n    image: app\n{URL}")
    dependencies = Dependencies(found, plan)
    assert {app: list(dependencies.further(app)) for app in plan.apps} == {"web": ["pgbouncer"], "job": []}


def test_an_app_that_may_run_without_the_pooler_s_profile_does_not_require_it() -> None:
    text = DB.replace("postgres:17\n", "postgres:17\n    profiles: [data]\n")
    text += f"  job:\n    image: job\n    depends_on: [db]\n  web:\n    image: app\n{URL}"
    for profile, required in (("", "        required: false\n"), ("    profiles: [data]\n", "")):
        lines = f"    depends_on:\n      job:\n        condition: service_started\n{profile}"
        new = changed(text + lines)
        assert f"      pgbouncer:\n        condition: service_healthy\n{required}{profile}" in new


def test_a_list_cannot_say_that_a_pooler_is_not_required_and_stays() -> None:
    text = DB.replace("postgres:17\n", "postgres:17\n    profiles: [data]\n")
    text += f"  job:\n    image: job\n    depends_on: [db]\n  web:\n    image: app\n{URL}    depends_on: [job]\n"
    assert changed(text) == text


def test_dependencies_that_all_readers_change_alike_change_where_they_are_written() -> None:
    text = f"x-on: &on [db]\n{DB}  web:\n    depends_on: *on\n{URL}  job:\n    depends_on: *on\n{URL}"
    assert changed(text) == text.replace("&on [db]", "&on [pgbouncer]")
    assert changed(text, direct=("job",)) == text.replace(
        "  web:\n    depends_on: *on\n", "  web:\n    depends_on:\n      - pgbouncer\n"
    )


def test_dependencies_that_a_direct_service_inherits_are_refused_by_name() -> None:
    text = f"{DB}  web:\n    image: app\n    depends_on: [db]\n  job:\n    extends: web\n"
    with pytest.raises(DevpoolError) as caught:
        changed(text, by_name=("web",))
    assert (caught.value.code, caught.value.where) == ("shared-dependencies", f"{COMPOSE}:7")


def test_the_app_of_a_database_outside_waits_for_the_pooler() -> None:
    text = "services:\n  web:\n    image: app\n    environment:\n      U: postgres://u:p@db.shop.io:5432/x\n"
    assert changed(text) == f"{text}    depends_on:\n      pgbouncer:\n        condition: service_healthy\n"
