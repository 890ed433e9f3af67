"""The files that ship with devpool: all that an image needs, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from devpool import resources
from devpool.decide.tuning import read_types

COPIED = re.compile(r"^COPY (?!--from)((?:.|\\\n)*?)$", re.M)


@pytest.mark.parametrize("image", ["pgbouncer", "exporter"])
def test_a_build_context_has_every_file_that_its_dockerfile_copies(image: str) -> None:
    found = resources.build_context(image)
    text = found["Dockerfile"][0].decode().replace("\\\n", " ")
    copied = {word for words in COPIED.findall(text) for word in words.split()[:-1]}
    assert copied
    assert copied <= found.keys()


@pytest.mark.parametrize("image", ["pgbouncer", "exporter"])
def test_programs_can_be_run_and_other_files_cannot_whatever_the_checkout_says(image: str) -> None:
    found = resources.build_context(image)
    assert {name for name, (_, mode) in found.items() if mode == 0o755} == {
        name for name, (data, _) in found.items() if data.startswith(b"#!")
    }
    assert found["entrypoint.sh"][1] == 0o755
    assert found["Dockerfile"][1] == 0o644


def test_the_readme_of_an_image_is_not_copied_into_projects() -> None:
    assert "README.md" not in resources.build_context("pgbouncer")


def test_the_blocks_are_those_of_the_pooler_and_of_its_exporter() -> None:
    assert resources.block_template() == resources.block_template("pooler") != resources.block_template("exporter")


def test_what_is_read_at_run_time_is_there_and_can_be_read() -> None:
    assert read_types(resources.setting_types())["max_client_conn"].startswith("int")
    assert json.loads(resources.dashboard())["panels"]
    assert all(resources.inside(name) for name in ("console.sh", "installed.sh", "leaks.pl", "search.sh"))
