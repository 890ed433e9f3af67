"""An enabled project that is committed comes up pooled in a clone; what devpool does there without its own folder."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from demo_rig import DemoProject, demo_project
from pooler_rig import eventually
from test_another_project import COMPOSE


@pytest.fixture
def clone(
    tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str], request: pytest.FixtureRequest
) -> Iterator[DemoProject]:
    """A clone of an enabled project, that runs, and was started without devpool."""
    folder = tmp_path_factory.mktemp("clone")
    source = folder / "source"
    source.mkdir()
    (source / "compose.yaml").write_text(COMPOSE.format(name="project-clone", password="sesame"))
    first = DemoProject(folder / "first", plain_shell, source)
    first.devpool("enable", "--no-up")
    for words in (
        ["init", "--quiet", "."],
        ["add", "--all"],
        ["-c", "user.name=me", "-c", "user.email=me@localhost", "commit", "--quiet", "--message", "enabled"],
        ["clone", "--quiet", ".", str(folder / "cloned")],
    ):
        subprocess.run(["git", *words], cwd=first.folder, env=plain_shell, check=True)
    with demo_project(folder / "second", plain_shell, "project-clone", folder / "cloned") as project:
        file = project.folder / "compose.yaml"
        file.write_text(file.read_text().replace("name: project-clone", f"name: {project.name}"))
        project.up()
        yield project


def test_a_clone_comes_up_pooled_and_is_known_without_devpools_folder(clone: DemoProject) -> None:
    eventually(lambda: clone.connections().get("app") == (1, 0), "the app is pooled", seconds=60)
    file, before = clone.folder / "compose.yaml", clone.containers()
    enabled = file.read_text()
    shutil.rmtree(clone.folder / ".devpool")
    status = clone.ask("status")
    assert (status["enabled"], [d["file"] for d in status["drift"]]) == (
        True,
        [".devpool/state.json", ".devpool/pgbouncer"],
    )
    assert clone.connections()["app"] == (1, 0)

    told = ["--", "sh", "-c", "echo address: ${DATABASE_URL#*@}; psql $DATABASE_URL -Atc 'SELECT 40 + 2'"]
    for verb in ("migrate", "direct"):
        stdout, stderr = clone.devpool(verb, "app", *told)
        assert stdout.splitlines() == ["address: db:5432/notes", "42"]
        assert "pgbouncer" not in stderr
    assert clone.devpool("psql", "--pooled", "--", "-Atc", "SHOW application_name")[0] == "devpool-psql\n"

    stdout, _ = clone.devpool("enable")
    assert "restored .devpool/" in stdout
    assert file.read_text() == enabled
    assert clone.containers() == before

    shutil.rmtree(clone.folder / ".devpool")
    clone.devpool("disable")
    assert sorted(clone.containers()) == ["app", "db"]
    assert clone.containers()["db"] == before["db"]
    assert file.read_text() == COMPOSE.format(name=clone.name, password="sesame")
