"""What is in `.devpool/` after enable, and how what is there differs from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from devpool import __version__
from devpool.lifecycle.generated_files import context_files, context_modes, differences, digest, missing
from unit.lifecycle.disk_project import enable, state_of, written


@pytest.fixture
def project(tmp_path: Path) -> Path:
    enable(written(tmp_path))
    return tmp_path


def test_the_exporter_has_a_context_only_where_it_is_wanted() -> None:
    plain, more = context_files(exporter=False), context_files(exporter=True)
    assert {name.rpartition("/")[0] for name in more.keys() - plain.keys()} == {".devpool/exporter"}
    assert ".devpool/pgbouncer/Dockerfile" in plain
    assert digest(plain) != digest(more)


def test_with_a_ready_image_only_the_exporter_has_one() -> None:
    more = context_files(pooler=False, exporter=True)
    assert {name.rpartition("/")[0] for name in more} == {".devpool/exporter"}
    assert context_files(pooler=False, exporter=False) == {}


def test_scripts_can_be_run_and_other_files_cannot() -> None:
    modes = context_modes("/p", context_files(exporter=True))
    assert modes["/p/.devpool/exporter/entrypoint.sh"] & 0o111
    assert not modes["/p/.devpool/pgbouncer/Dockerfile"] & 0o111


def test_git_keeps_line_ends_and_leaves_out_what_is_this_machines_alone(project: Path) -> None:
    ignored = (project / ".devpool" / ".gitignore").read_text().splitlines()
    assert {"env/", "journal/", "digests.json", "lock"} <= set(ignored)
    assert "state.json" not in ignored
    assert (project / ".devpool" / ".gitattributes").read_bytes() == b"* -text\n"


def found(project: Path, **changes: str) -> dict[str, str]:
    return dict(differences(replace(state_of(project), **changes), project))  # type: ignore[arg-type]


def test_what_devpool_has_written_does_not_differ(project: Path) -> None:
    assert found(project) == {}


def test_each_file_that_differs_is_named_with_its_cause(project: Path) -> None:
    context = project / ".devpool" / "pgbouncer"
    (context / "Dockerfile").write_text("FROM scratch\n")
    (context / "more").write_text("x")
    (context / "link").symlink_to("/etc/hostname")
    told = found(project)
    assert told[".devpool/pgbouncer/Dockerfile"].startswith("was changed since enable")
    assert told[".devpool/pgbouncer/more"].startswith("is not one of devpool's files")
    assert told[".devpool/pgbouncer/link"].startswith("is not one of devpool's files")
    assert len(told) == 3


def test_files_of_an_older_devpool_are_named_with_its_version(project: Path) -> None:
    path = project / ".devpool" / "pgbouncer" / "Dockerfile"
    path.write_text("FROM old\n")
    contents = {name: (data, 0) for name, (data, _) in context_files(exporter=False).items()}
    contents[".devpool/pgbouncer/Dockerfile"] = (b"FROM old\n", 0)
    told = found(project, devpool="0.0.1", context=digest(contents))
    assert told[".devpool/state.json"] == f"was written by devpool 0.0.1, this is {__version__}: " + (
        "`devpool enable` updates it"
    )
    assert told[".devpool/pgbouncer/Dockerfile"].startswith("is from devpool 0.0.1")


def test_what_a_clone_lacks_is_named_with_its_consequence(project: Path) -> None:
    state = state_of(project)
    assert missing(project, state) == {}
    (project / ".devpool" / "state.json").unlink()
    (project / ".devpool" / "pgbouncer" / "Dockerfile").unlink()
    told = missing(project, state)
    assert told[".devpool/state.json"] == "is missing: `devpool enable` restores it"
    assert told[".devpool/pgbouncer"].startswith("lacks Dockerfile, and `docker compose build` needs it")


def test_an_image_that_may_have_an_unsafe_pgbouncer_is_named_first_and_once(project: Path) -> None:
    dockerfile = project / ".devpool/pgbouncer/Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("floor=1.26.1", "floor=1.25.0"))
    found = list(differences(replace(state_of(project), devpool="0.0.9"), project))
    assert [name for name, _ in found] == [".devpool/pgbouncer/Dockerfile", ".devpool/state.json"]
    assert found[0][1].startswith("accepts PgBouncer 1.25.0; before 1.26.1, one user's password opens every account")
