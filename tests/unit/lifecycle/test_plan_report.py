"""The plan as it is shown: each pooler, route and variable with its place, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from memory_project import project

from devpool.lifecycle.plan_report import (
    change_lines,
    plan_lines,
    replaced_lines,
    variable_shown,
    written_lines,
)
from unit.lifecycle.disk_project import SHOP, enable, planned_change, written


def test_the_lines_of_a_plan(tmp_path: Path) -> None:
    text = SHOP + "  admin:\n    image: dpage/pgadmin4\n    environment: {DB_HOST: db}\n"
    lines = plan_lines(planned_change(written(tmp_path, text), settings={"default_pool_size": "7"}, metrics=True))
    assert lines[0] == "pgbouncer: PgBouncer in front of db, listening on 6432, for web"
    assert "default_pool_size" in lines[1]
    assert "pgbouncer-exporter:9127/metrics" in lines[2]
    routes = [line.split()[:2] for line in lines[lines.index("routes:") + 1 :]]
    assert ["web", "pooled"] in routes
    assert ["admin", "direct"] in routes
    assert (
        "  web: DATABASE_URL -> pgbouncer:6432 (compose.yml:8, changed in place, old value kept as "
        "DATABASE_URL_DIRECT)" in lines
    )
    assert "sesame" not in "\n".join(lines)


def test_apps_that_share_a_value_share_its_line(tmp_path: Path) -> None:
    text = SHOP.replace("    environment:\n      DATABASE", "    environment: &env\n      DATABASE")
    text += "  jobs:\n    image: app\n    environment: *env\n"
    lines = plan_lines(planned_change(written(tmp_path, text)))
    assert len([line for line in lines if line.startswith("  web, jobs: DATABASE_URL -> pgbouncer:6432")]) == 1


def test_an_app_that_is_pooled_by_name_is_told_by_its_links(tmp_path: Path) -> None:
    text = SHOP + "  mute:\n    image: mute\n"
    lines = plan_lines(planned_change(written(tmp_path, text), by_name=("mute",)))
    (line,) = (line for line in lines[lines.index("names:") :] if line.startswith("  mute: "))
    assert "db -> pgbouncer:" in line


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("postgres://u:sesame@db:5432/x", "postgres://u:***@db:5432/x"),
        ("postgres://u:${PW}@db/x", "postgres://u:***@db/x"),
        ("postgres://u:p@${HOST}/x", "postgres://u:***@db/x"),
    ],
)
def test_a_value_is_shown_as_its_address(value: str, shown: str) -> None:
    text = f"services:\n  db: {{image: 'postgres:17'}}\n  web: {{image: a, environment: {{URL: '{value}'}}}}\n"
    found = project({"compose.yml": text, ".env": "PW=sesame\nHOST=db\n"})
    assert variable_shown(found.of("web")[0], found.sources, found.services) == shown


def test_text_from_the_shell_is_shown_as_its_variable() -> None:
    text = "services:\n  db: {image: 'postgres:17'}\n  web: {image: a, environment: {URL: 'postgres://${U}@db/x'}}\n"
    found = project(text, {"U": "sesame"})
    variable = found.of("web")[0]
    shown = variable_shown(variable, found.sources, found.services)
    assert shown is not None
    assert "sesame" not in shown
    hidden = variable_shown(variable, found.sources, found.services, [((11, 14), "other")])
    assert hidden is None, "a change within hidden text cannot be shown"


def test_files_are_told_as_done_or_as_what_would_be_done(tmp_path: Path) -> None:
    change = planned_change(written(tmp_path))
    assert (change_lines(change), change_lines(change, done=False)) == (
        ["changed compose.yml"],
        ["would change compose.yml"],
    )
    override = planned_change(tmp_path, override=True)
    assert change_lines(override, done=False) == ["would create compose.override.yml"]


def test_what_was_written_the_second_time_is_told(tmp_path: Path) -> None:
    enable(written(tmp_path))
    assert written_lines(planned_change(tmp_path)) == ["already enabled: no file to change"]
    (tmp_path / ".devpool" / ".gitignore").unlink()
    assert written_lines(planned_change(tmp_path))[0] == "restored .devpool/.gitignore"
    (tmp_path / ".devpool" / "pgbouncer" / "more").write_text("x")
    assert replaced_lines(planned_change(tmp_path), done=False) == [
        "would remove .devpool/pgbouncer/more, which this devpool did not write"
    ]
