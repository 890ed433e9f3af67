"""Which files of a build context a Dockerfile copies into an image."""

from __future__ import annotations

import pytest

from devpool.text.dockerfile_copies import copies

PATH = "packages/common/settings.py"


@pytest.mark.parametrize(
    ("dockerfile", "copied"),
    [
        ("FROM node\nCOPY . .", True),
        ("FROM node\nCOPY ./ /app/", True),
        ("FROM node\nADD / /app", True),
        ("FROM node\nCOPY packages ./packages", True),
        ("FROM node\nCOPY ./packages/common/settings.py /app/", True),
        ("FROM node\ncopy --chown=1:1 packages/common /app/", True),
        ("FROM node\nCOPY web packages /app/", True),
        ('FROM node\nCOPY ["packages", "/app"]', True),
        ("FROM node\nCOPY \\\n  web \\\n  packages \\\n  /app/", True),
        ("FROM node\nCOPY pack* /app/", True),
        ("FROM node\nARG PART\nCOPY $PART /app/", True),
        ("FROM eclipse-temurin\nCOPY target/*.jar app.jar", True),
        ("FROM eclipse-temurin\nCOPY packages/build/libs/app.jar /", True),
        ("FROM eclipse-temurin\nCOPY packages/app.jar /", True),
        ("FROM nginx\nCOPY web/dist /srv", False),
        ("FROM node\nCOPY web/package*.json ./\nCOPY web ./", False),
        ("FROM node\nCOPY web /packages", False),
        ("FROM node\nCOPY pack /app", False),
        ("FROM node AS built\nCOPY web .\nFROM nginx\nCOPY --from=built . /srv", False),
        ("FROM node:onbuild", True),
        ("FROM node\nRUN --mount=type=bind,target=/src cp -r /src /app", True),
        ("", True),
    ],
)
def test_a_file_is_copied_where_a_source_is_it_or_a_folder_above_it(dockerfile: str, copied: bool) -> None:
    assert copies(dockerfile, PATH) is copied
