"""The poolers' image: what is refused before a project uses it, and the digest that a push gives."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from devpool.checks.poolers import FLOOR
from devpool.docker.pooler_image import PoolerImage
from devpool.errors import DevpoolError, UsageError
from devpool.output import Output

NAME = "localhost:5000/team/pgbouncer:1"
WELL = {"devpool.role": "pooler", "devpool.pgbouncer.floor": ".".join(map(str, FLOOR))}
DIGEST = "sha256:" + "1" * 64


class Registry:
    """A docker in a folder that knows one image, locally or after a pull, and notes down what it is told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        monkeypatch.setenv("PATH", str(folder), prepend=":")
        program = folder / "docker"
        program.write_text(
            f'#!/bin/sh\ncd "{folder}"; echo "$*" >>told\ncase "$*" in\n'
            "*Labels*) if [ -f labels ]; then cat labels; else echo 'No such image' >&2; exit 1; fi ;;\n"
            "*RepoDigests*) cat digests ;;\n"
            "pull*) mv remote labels 2>/dev/null || { echo 'manifest unknown' >&2; exit 1; } ;;\n"
            "esac\n"
        )
        program.chmod(0o755)

    def has(self, labels: dict[str, str] | None, *, remote: bool = False) -> None:
        (self.folder / ("remote" if remote else "labels")).write_text(json.dumps(labels))

    def told(self) -> list[str]:
        return [line.split()[0] for line in (self.folder / "told").read_text().splitlines()]

    def image(self, name: str = NAME) -> PoolerImage:
        return PoolerImage(name, str(self.folder), os.environ, Output(quiet=True))


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    return Registry(tmp_path, monkeypatch)


def test_an_image_that_is_here_is_not_pulled(registry: Registry) -> None:
    registry.has(WELL)
    registry.image().require()
    assert registry.told() == ["image"]


def test_one_that_is_not_here_is(registry: Registry) -> None:
    registry.has(WELL, remote=True)
    registry.image().require()
    assert registry.told() == ["image", "pull", "image"]


def test_one_that_is_nowhere_is_refused_with_what_docker_says(registry: Registry) -> None:
    with pytest.raises(DevpoolError, match="manifest unknown") as refused:
        registry.image().require()
    assert refused.value.code == "image-not-found"


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        (None, "image-not-ours"),
        ({}, "image-not-ours"),
        (WELL | {"devpool.role": "exporter"}, "image-not-ours"),
        ({"devpool.role": "pooler"}, "image-too-old"),
        (WELL | {"devpool.pgbouncer.floor": "1.24.1"}, "image-too-old"),
        (WELL | {"devpool.pgbouncer.floor": "new"}, "image-too-old"),
    ],
)
def test_what_cannot_be_a_pooler_is_refused(registry: Registry, labels: dict[str, str] | None, code: str) -> None:
    registry.has(labels)
    for verb in (PoolerImage.require, PoolerImage.push):
        with pytest.raises(DevpoolError) as refused:
            verb(registry.image())
        assert refused.value.code == code
    assert "push" not in registry.told()


@pytest.mark.parametrize(
    ("name", "digests", "found"),
    [
        (NAME, [f"team/pgbouncer@sha256:{'2' * 64}", f"localhost:5000/team/pgbouncer@{DIGEST}"], DIGEST),
        ("localhost:5000/pgbouncer", [f"localhost:5000/pgbouncer@{DIGEST}"], DIGEST),
        ("docker.io/team/pgbouncer:1", [f"team/pgbouncer@{DIGEST}"], DIGEST),
        (NAME, [f"other/pgbouncer@{DIGEST}"], ""),
    ],
)
def test_a_push_gives_the_digest_in_that_registry(
    registry: Registry, name: str, digests: list[str], found: str
) -> None:
    registry.has(WELL)
    (registry.folder / "digests").write_text(json.dumps(digests))
    assert registry.image(name).push() == found


@pytest.mark.parametrize("name", ["", "team/X", "a b", "-x", "x:", "x@sha256:1", "${IMAGE}", "http://x/y"])
def test_what_is_no_name_of_an_image_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        registry.image(name)
    assert refused.value.code == "bad-image"


@pytest.mark.parametrize(
    "name", ["x", "x:1", "a/b_c/d-e:v1.0", "r.example:5000/x", f"x:1@{DIGEST}", f"r.io/x@{DIGEST}"]
)
def test_every_form_of_a_name_is_taken(registry: Registry, name: str) -> None:
    assert registry.image(name).name == name
