"""Private env files by the command line: optional for Compose, in no image, and never stale without a word."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devpool.cli import run
from devpool.output import Output

PASSWORD = "hunter2hunter2"
# A server outside: the pooler's login goes into a private file, which no other file could give it.
OUTSIDE = """\
services:
  api:
    image: app
    env_file: api.env
BUILT"""
API_ENV = f"DB_CONNECTION=pgsql\nDB_HOST=db.shop.net\nDB_PORT=5432\nDB_USERNAME=shop\nDB_PASSWORD={PASSWORD}\n"
PRIVATE = ".devpool/env/pgbouncer.env"
pytestmark = pytest.mark.usefixtures("compose_plugin")

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api.env").write_text(API_ENV)
    write(tmp_path)
    yield tmp_path


def write(folder: Path, built: str = "") -> None:
    (folder / "compose.yml").write_text(OUTSIDE.replace("BUILT", built))


@pytest.fixture
def devpool(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str, code: int = 0) -> tuple[str, str]:
        capsys.readouterr()
        got = run([*words], Output(as_json="--json" in words))
        shown = capsys.readouterr()
        assert got == code, shown.err
        assert PASSWORD not in shown.out + shown.err
        return shown.out, shown.err

    return call


def compose(folder: Path) -> dict[str, dict[str, object]]:
    done = subprocess.run(
        ["docker", "compose", "config", "--format", "json"], cwd=folder, capture_output=True, check=True
    )
    found: dict[str, dict[str, object]] = json.loads(done.stdout)["services"]
    return found


def test_a_clone_without_the_private_file_is_read_by_compose(folder: Path, devpool: Run) -> None:
    devpool("enable", "--no-up")
    assert PASSWORD in str(compose(folder)["pgbouncer"]["environment"])
    shutil.rmtree(folder / ".devpool" / "env")
    assert PASSWORD not in str(compose(folder)["pgbouncer"]["environment"])


def test_plan_and_diff_name_the_private_file_and_show_no_password(folder: Path, devpool: Run) -> None:
    assert f"  {PRIVATE}: for you alone" in devpool("enable", "--dry-run")[0]
    diff = devpool("enable", "--diff")[0]
    assert f"--- /dev/null\n+++ b/{PRIVATE}\n@@ -0,0 +1,4 @@\n+POSTGRES_HOST='db.shop.net'\n" in diff
    assert "\n+POSTGRES_PASSWORD='***'\n" in diff
    assert PASSWORD not in diff
    told = json.loads(devpool("--json", "enable", "--dry-run")[0])
    assert told["private"] == [str(folder / PRIVATE)]


def test_an_edited_source_is_reported_and_renewed(folder: Path, devpool: Run) -> None:
    devpool("enable", "--no-up")
    assert "files: as devpool wrote them" in devpool("status")[0]
    api = folder / "api.env"
    api.write_text(api.read_text().replace(PASSWORD, "another-password"))
    out = devpool("status")[0]
    assert f"{PRIVATE}: out of date: `devpool enable` writes it anew" in out
    assert "out of date" in devpool("check", code=4)[0]
    devpool("enable", "--no-up")
    assert "another-password" in (folder / PRIVATE).read_text()
    assert "files: as devpool wrote them" in devpool("status")[0]
    devpool("disable", "--no-up")
    assert api.read_text() == API_ENV.replace(PASSWORD, "another-password")
    assert not (folder / ".devpool").exists()


def test_an_edited_url_whose_copies_are_old_is_reported(folder: Path, devpool: Run) -> None:
    text = (
        f"services:\n  api:\n    image: app\n    environment:\n"
        f"      DATABASE_URL: postgres://app:{PASSWORD}@db:5432/shop\n  db:\n    image: postgres:17\n"
    )
    path = folder / "compose.yml"
    path.write_text(text)
    devpool("enable", "--no-up", "--no-verify")
    assert "as devpool wrote them" in devpool("status")[0]
    # The user changes his app's URL alone: the pooler's copy and the one beside it are those of before.
    path.write_text(path.read_text().replace(f"{PASSWORD}@pgbouncer", "changed@pgbouncer"))
    out = devpool("status")[0]
    assert "services.pgbouncer out of date" in out
    assert "services.api.environment.DATABASE_URL_DIRECT out of date" in out
    devpool("enable", "--no-up", "--no-verify")
    assert path.read_text().count("changed@") == 3
    assert "as devpool wrote them" in devpool("status")[0]


BUILDS = {
    "short form": "    build: .\n",
    "long form": "    build:\n      context: .\n",
    "folder above": "    build:\n      context: ../CONTEXT\n",
    "inline": "    build:\n      dockerfile_inline: |\n        FROM x\n",
    "further context": "    build:\n      context: ./src\n      additional_contexts: {all: .}\n",
    "listed context": "    build:\n      context: ./src\n      additional_contexts: [all=.]\n",
    "remote context": "    build:\n      context: https://shop.net/x.git\n      additional_contexts: {all: .}\n",
}


@pytest.mark.parametrize("form", BUILDS)
def test_no_secret_is_written_where_an_image_takes_it_in(form: str, folder: Path, devpool: Run) -> None:
    (folder / "Dockerfile").write_text("FROM x\nCOPY . .\n")
    (folder / "src").mkdir()
    (folder / "src" / "Dockerfile").write_text("FROM x\n")
    write(folder, "  built:\n" + BUILDS[form].replace("CONTEXT", folder.name))
    before = (folder / "compose.yml").read_bytes()
    told = json.loads(devpool("--json", "enable", "--no-up", "--no-verify", code=1)[0])["error"]
    assert told["code"] == "secret-in-image"
    assert f"`built` is built from a folder that takes in {PRIVATE}" in told["message"]
    assert (folder / "compose.yml").read_bytes() == before
    assert not (folder / PRIVATE).exists()
    line, _, rest = told["hint"].removeprefix("add the line `").partition("` at the end of ")
    with (folder / rest.split(",")[0]).open("a") as ignore:
        ignore.write(f"{line}\n")
    devpool("enable", "--no-up", "--no-verify")
    assert (folder / PRIVATE).stat().st_mode & 0o777 == 0o600


def test_an_ignore_file_beside_the_dockerfile_counts_instead(folder: Path, devpool: Run) -> None:
    (folder / "web.Dockerfile").write_text("FROM x\n")
    (folder / ".dockerignore").write_text(".devpool\n")
    (folder / "web.Dockerfile.dockerignore").write_text("node_modules\n")
    write(folder, "  built:\n    build: {context: ., dockerfile: web.Dockerfile}\n")
    assert "at the end of web.Dockerfile.dockerignore" in devpool("enable", "--no-up", "--no-verify", code=1)[1]


NOT_BUILT = {
    "no Dockerfile": "    build: .\n",
    "another folder": "    build: ./src\n",
    "a folder linked to": "    build: ./linked\n",
    "another service": "    build:\n      context: ./src\n      additional_contexts: {base: 'service:api'}\n",
}


@pytest.mark.parametrize("form", NOT_BUILT)
def test_what_is_not_built_from_there_is_no_reason(form: str, folder: Path, devpool: Run) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "Dockerfile").write_text("FROM x\n")
    (folder / "linked").symlink_to("src")
    write(folder, "  built:\n" + NOT_BUILT[form])
    devpool("enable", "--no-up", "--no-verify")
    assert (folder / PRIVATE).is_file()
