"""`devpool image` and `enable --image`: a pooler whose image comes from a registry, and that no project builds."""

from __future__ import annotations

import json
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_rig import DEVPOOL, REPO, DemoProject, Moment, demo_project
from pooler_rig import docker, eventually, require_engine
from test_another_project import COMPOSE

RECIPE = Path(__file__).parent / "registry"


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    """A registry's address on this machine's loopback, which engines take without TLS."""
    require_engine()
    docker("build", "--quiet", "--tag", "devpool-registry:test", str(RECIPE))
    name = f"devpool-registry-{uuid.uuid4().hex[:6]}"
    docker("run", "--detach", "--rm", "--name", name, "--publish=127.0.0.1::5000", "devpool-registry:test")
    try:
        address = docker("port", name, "5000").stdout.split()[0]
        eventually(lambda: answers(address), "the registry answers")
        yield address
    finally:
        docker("rm", "--force", "--volumes", name, check=False)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/v2/", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def image(registry: str, plain_shell: dict[str, str]) -> Iterator[str]:
    """The image in the registry, by its digest; this engine has it no more."""
    name = f"{registry}/team/pgbouncer:1"
    for action in ("build", "push"):
        words = [*DEVPOOL, "image", action, name, "--json"]
        done = subprocess.run(
            words, env=plain_shell | {"PYTHONPATH": str(REPO)}, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
    found = str(json.loads(done.stdout)["image"])
    assert found.startswith(f"{name}@sha256:")
    docker("rmi", name)
    yield found
    docker("rmi", "--force", found, check=False)


@pytest.fixture
def project(tmp_path: Path, plain_shell: dict[str, str], request: pytest.FixtureRequest) -> Iterator[DemoProject]:
    source = tmp_path / "source"
    source.mkdir()
    with demo_project(tmp_path / "project", plain_shell, request.node.name, source) as found:
        (found.folder / "compose.yaml").write_text(COMPOSE.format(name=found.name, password="sesame"))
        found.up()
        eventually(lambda: found.connections().get("app") == (0, 1), "the app is connected")
        yield found


def test_a_ready_image_is_pulled_used_and_given_up_again(project: DemoProject, image: str) -> None:
    before = Moment.now(project)
    _, said = project.devpool("enable", "--image", image)
    assert f"pulled {image}" in said
    assert "building" not in said
    eventually(lambda: project.connections().get("app") == (1, 0), "the app is pooled", seconds=60)
    assert not (project.folder / ".devpool" / "pgbouncer").exists()
    assert not any("pgbouncer" in thing for thing in project.things() if thing.startswith("image "))
    assert project.ask("status")["drift"] == []

    file = project.folder / "compose.yaml"
    file.write_text(file.read_text().replace(image, image.partition("@")[0]))  # as a tool that renews images does
    assert "updated .devpool/state.json\n" in project.devpool("enable")[0]
    assert f"image: {image.partition('@')[0]}\n" in file.read_text()
    project.devpool("disable")
    after = Moment.now(project)
    assert (after.tree, after.things) == (before.tree, before.things)
    assert docker("image", "inspect", "--format=.", image).stdout == ".\n", "it is not devpool's to remove"


def test_an_image_that_is_no_pooler_is_refused_before_anything_changes(project: DemoProject, registry: str) -> None:
    before = Moment.now(project)
    for name, code in (("postgres:17", "image-not-ours"), (f"{registry}/team/nothing:1", "image-not-found")):
        assert f"[{code}]" in project.devpool("enable", "--image", name, code=1)[1]
    assert Moment.now(project) == before
