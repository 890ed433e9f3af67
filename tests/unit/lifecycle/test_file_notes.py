"""Notes about the files that enable writes: who else reads them, and which names they have."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from memory_project import COMPOSE, planned

from devpool.decide.planning import with_credentials
from devpool.lifecycle.file_notes import file_notes
from devpool.model.sources import Sources

TEXT = """\
services:
  db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: sesame}}
  web: {image: app, environment: {PGHOST: db}}
"""


def noted(
    sources: Sources, reached: tuple[str, ...] = (), texts: tuple[str, ...] = (), edited: tuple[str, ...] = ()
) -> str:
    project, plan = planned(TEXT)
    return "\n".join(file_notes(sources, with_credentials(project, plan), reached, texts, edited))


def sources() -> Sources:
    return planned(TEXT)[0].sources


def test_where_nobody_else_is_concerned_nothing_is_noted() -> None:
    assert noted(sources(), texts=(COMPOSE,), edited=(COMPOSE,)) == ""


def test_another_reader_is_told_how_it_gets_the_pooler() -> None:
    assert noted(sources(), reached=("/project/other/compose.yml",)) == (
        "other/compose.yml also reads text that changes; add to its `services`: "
        "pgbouncer: {extends: {file: ../compose.yml, service: pgbouncer}}"
    )


def test_a_search_that_ended_early_is_told() -> None:
    assert "the repository is large" in noted(replace(sources(), cut_off=True))


def test_other_hard_links_keep_the_old_text(tmp_path: Path) -> None:
    path = tmp_path / "app.env"
    path.write_text("A=1\n")
    os.link(path, tmp_path / "other")
    assert "app.env has another name (hard links)" in noted(sources(), texts=(str(path),))
    os.link(path, tmp_path / "third")
    assert "has 2 other names" in noted(sources(), texts=(str(path),))


def test_a_file_outside_is_named_with_the_file_behind_it(tmp_path: Path) -> None:
    real = tmp_path / "real.env"
    real.write_text("")
    link = tmp_path / "link.env"
    link.symlink_to(real)
    outside = replace(sources(), outside=frozenset({str(link), str(real)}))
    assert noted(outside, edited=(str(link), str(link))) == (
        f"{link} is outside the repository and is edited anyway: the file is {real.resolve()}"
    )
