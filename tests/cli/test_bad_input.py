"""What devpool cannot do, it refuses: its own error, hint and exit code, nothing changed, no password shown."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from answers import assert_answers
from thinned import thinned

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2-Geheim"
URL = f"postgres://postgres:{SECRET}@db:5432/postgres"
DB = f"  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: {SECRET}\n"
WEB = f"  web:\n    image: app\n    environment:\n      DATABASE_URL: {URL}\n    depends_on: [db]\n"
COMPOSE = f"services:\n{DB}{WEB}"

Tree = dict[str, tuple[int, bytes | str]]
needs_compose = pytest.mark.usefixtures("compose_plugin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project folder, below nothing that has a compose file."""
    project = tmp_path / "project"
    project.mkdir()
    return project


@pytest.fixture
def shell(plain_shell: dict[str, str]) -> dict[str, str]:
    return plain_shell | {"PYTHONPATH": str(ROOT), "CI": "1"}


def write(folder: Path, **files: str | bytes) -> Path:
    """Write `compose_yml="..."` as compose.yml."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def tree(folder: Path) -> Tree:
    """Every file, folder and link below a folder, with mode and content."""
    found: Tree = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        data = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (mode, data)
    return found


Done = subprocess.CompletedProcess[str]


def run(folder: Path, shell: dict[str, str], *arguments: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "devpool", *arguments],
        cwd=folder,
        env=shell,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert_answers(arguments, done.stdout)
    return done


def assert_refused(done: Done, code: str, *words: str) -> None:
    """The words of a refusal, as they are shown: one sentence, its code, a blank line, a hint."""
    lines = done.stderr.splitlines()
    assert done.returncode == 1, done.stderr
    errors = [line for line in lines if line.startswith("error: ")]
    assert len(errors) == 1, done.stderr
    assert errors[0].endswith(f"[{code}]"), done.stderr
    hint = lines.index(errors[0]) + 1
    while lines[hint].startswith("  "):
        hint += 1
    assert lines[hint] == ""
    assert lines[hint + 1].startswith("hint: ")
    assert len(lines[hint + 1]) > len("hint: ")
    for word in words:
        assert word in done.stderr
    assert_clean(done)


def assert_clean(done: Done) -> None:
    """No traceback, and no password, in anything that is shown."""
    for text in (done.stdout, done.stderr):
        assert "Traceback" not in text
        assert SECRET not in text


def refuse(folder: Path, shell: dict[str, str], code: str, *arguments: str, words: tuple[str, ...] = ()) -> Done:
    """Enable is refused with this code, and the project is as before."""
    before = tree(folder)
    done = run(folder, shell, *(arguments or ("enable", "--no-up")))
    assert_refused(done, code, *words)
    assert tree(folder) == before
    return done


# No project, or none that can be read


@pytest.mark.parametrize("command", ["enable", "disable", "status", "migrate"])
def test_a_folder_without_a_compose_file_is_refused(folder: Path, shell: dict[str, str], command: str) -> None:
    refuse(folder, shell, "no-compose-file", command, words=("compose.yaml", "-f"))


def test_a_file_that_is_named_and_not_there_is_refused(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    refuse(folder, shell, "no-compose-file", "-f", "nosuch.yml", "enable", "--no-up", words=("nosuch.yml",))


def test_a_compose_file_from_standard_input_is_refused(folder: Path, shell: dict[str, str]) -> None:
    refuse(folder, shell, "stdin", "-f", "-", "enable", "--no-up")


def test_a_folder_in_place_of_the_file_is_refused(folder: Path, shell: dict[str, str]) -> None:
    (folder / "x.yml").mkdir()
    refuse(folder, shell, "cannot-read", "-f", "x.yml", "enable", "--no-up", words=("x.yml",))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (f"services:\n  db: [{SECRET}\n", "not-yaml", "compose.yml:"),
        (f"services:\n\tdb: {SECRET}\n", "not-yaml", "compose.yml:2"),
        (f"password: {SECRET}: x\n", "not-yaml", "compose.yml:1"),
        (f"PASSWORD={SECRET}\n", "not-a-mapping", "compose.yml"),
        (f"- {SECRET}\n", "not-a-mapping", "compose.yml"),
        ("", "not-a-mapping", "compose.yml"),
        (f"{COMPOSE}---\n{COMPOSE}", "several-documents", "compose.yml"),
        (COMPOSE.encode("utf-16"), "not-utf8", "compose.yml"),
        (COMPOSE.encode() + b"# caf\xe9\n", "not-utf8", "compose.yml"),
        (f"services:\n  web: *{SECRET[:4]}\n", "unknown-alias", "compose.yml:2"),
        ("services:\n  ? [a]\n  : b\n", "key-not-text", "compose.yml:2"),
        ("a: " + "[" * 100 + "]" * 100, "too-deep", "compose.yml"),
        ("services: {web: {extends: nosuch}}\n", "extends-unknown", "compose.yml:1"),
    ],
)
def test_a_file_that_holds_no_project_is_refused(
    folder: Path, shell: dict[str, str], text: str | bytes, code: str, line: str
) -> None:
    refuse(write(folder, compose_yml=text), shell, code, words=(line,))


def test_an_env_file_that_is_not_utf_8_is_refused(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE + "    env_file: app.env\n", app_env=f"A={SECRET}\n".encode() + b"B=\xe9\n")
    refuse(folder, shell, "not-utf8", words=("app.env",))


def test_a_variable_that_must_be_set_is_demanded(folder: Path, shell: dict[str, str]) -> None:
    text = COMPOSE.replace("    depends_on", "      X: ${NOSUCH:?" + SECRET + "}\n    depends_on")
    refuse(write(folder, compose_yml=text), shell, "variable-required", words=("NOSUCH",))


@needs_compose
@pytest.mark.parametrize(
    "more",
    thinned(
        [
            f"    nosuch_key: {SECRET}\n",
            "    depends_on: [nosuch]\n",
            "    env_file: nosuch.env\n",
            "    networks: [default, nosuch]\n",
            f"    ports: ['{SECRET}:x']\n",
        ]
    ),
)
def test_a_project_that_compose_itself_refuses_is_refused(folder: Path, shell: dict[str, str], more: str) -> None:
    text = COMPOSE.replace("    depends_on: [db]\n", more)
    refuse(write(folder, compose_yml=text), shell, "compose-refuses", words=("docker compose config -q",))


# Nothing to do for devpool, or not as asked


@pytest.mark.parametrize(
    "text", thinned(["services: {}\n", "volumes: {}\n", "services:\n", "services:\n  web: {image: app}\n"])
)
def test_a_project_without_a_database_is_refused(folder: Path, shell: dict[str, str], text: str) -> None:
    refuse(write(folder, compose_yml=text), shell, "no-database", words=("-f",))


@pytest.mark.parametrize(
    "text",
    thinned(
        [
            f"services:\n{DB}",
            f"services:\n{DB}  web: {{image: app}}\n",
            f"services:\n{DB}" + WEB.replace("DATABASE_URL", "DIRECT_URL"),
            f"services:\n{DB}" + WEB.replace("image: app", "image: dpage/pgadmin4"),
        ]
    ),
)
def test_a_project_with_nothing_to_pool_is_refused(folder: Path, shell: dict[str, str], text: str) -> None:
    refuse(write(folder, compose_yml=text), shell, "nothing-to-pool", words=("compose.yml", "hint: "))


def test_where_the_user_keeps_every_app_direct_there_is_nothing_to_pool(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    refuse(folder, shell, "nothing-to-pool", "enable", "--no-up", "--direct", "web", words=("you asked for it",))


@needs_compose
@pytest.mark.parametrize("port", ["5" * 300, "\u0665\u0665"])
def test_a_port_that_is_none(folder: Path, shell: dict[str, str], port: str) -> None:
    text = f"services:\n{DB}  web:\n    image: app\n    environment:\n      URL: postgres://u:{SECRET}@db:{port}/x\n"
    write(folder, compose_yml=text)
    refuse(folder, shell, "port-not-valid", words=("web.URL", "--direct web"))


@needs_compose
@pytest.mark.parametrize("use", ["labels: *values", "build: {context: ., args: *values}"])
def test_a_value_that_an_alias_takes_elsewhere(folder: Path, shell: dict[str, str], use: str) -> None:
    app = "  web:\n    image: app\n    environment: *values\n"
    text = f"x-values: &values\n  DATABASE_URL: {URL}\nservices:\n{DB}{app}  other:\n    image: other\n    {use}\n"
    write(folder, compose_yml=text)
    refuse(folder, shell, "read-elsewhere", words=(f"services.other.{use.partition(':')[0]}",))
    assert run(folder, shell, "enable", "--no-up", "--by-name", "web").returncode == 0, "as the hint says"


def test_a_service_that_is_named_pgbouncer_already_is_refused(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE + "  pgbouncer: {image: x}\n")
    refuse(folder, shell, "pooler-name-taken", words=("compose.yml:11", "--name"))


@pytest.mark.parametrize("option", ["--direct", "--pool"])
def test_a_service_that_is_not_there_is_refused(folder: Path, shell: dict[str, str], option: str) -> None:
    write(folder, compose_yml=COMPOSE)
    refuse(folder, shell, "unknown-service", "enable", "--no-up", option, "nosuch", words=("`nosuch`", "web"))


def test_a_service_that_is_to_be_both_is_refused(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    refuse(folder, shell, "direct-and-pool", "enable", "--no-up", "--direct", "web", "--pool", "web")


def test_a_url_that_only_the_shell_holds_is_refused(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE.replace(URL, "${URL}"))
    refuse(folder, shell | {"URL": URL}, "only-in-shell", words=("URL", ".env"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["enable", "--nosuch"],
        ["--nosuch", "enable"],
        ["enable", "--port", "0"],
        ["enable", "--port", "65536"],
        ["enable", "--port", "x"],
        ["enable", "--direct"],
        ["enable", "too", "many"],
        ["disable", "--direct", "web"],
        ["-f"],
    ],
)
def test_a_wrong_command_line_is_a_usage_error(folder: Path, shell: dict[str, str], arguments: list[str]) -> None:
    write(folder, compose_yml=COMPOSE)
    before = tree(folder)
    done = run(folder, shell, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match(r"error: .* \[(unknown-command|unknown-option|wrong-usage)\]\n\nhint: ", done.stderr)
    assert_clean(done)
    assert tree(folder) == before


# Twice, and afterwards


@needs_compose
def test_enabling_twice_changes_nothing_and_is_no_error(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    assert run(folder, shell, "enable", "--no-up").returncode == 0
    before = tree(folder)
    done = run(folder, shell, "enable", "--no-up")
    assert done.returncode == 0
    assert "already enabled" in done.stdout
    assert_clean(done)
    assert tree(folder) == before


def test_disabling_what_is_not_enabled_changes_nothing_and_is_no_error(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    before = tree(folder)
    done = run(folder, shell, "disable", "--no-up")
    assert (done.returncode, done.stdout, done.stderr) == (0, "not enabled: nothing to do\n", "")
    assert tree(folder) == before


@pytest.mark.parametrize("command", [("enable", "--no-up", "--no-verify"), ("disable", "--no-up"), ("status",)])
@pytest.mark.parametrize(("state", "code"), [("{", "state-unreadable"), ('{"version": 99}', "state-version")])
def test_a_record_that_cannot_be_read_is_refused(
    folder: Path, shell: dict[str, str], command: tuple[str, ...], state: str, code: str
) -> None:
    write(folder, compose_yml=COMPOSE)
    write(folder / ".devpool", state_json=state)
    refuse(folder, shell, code, *command, words=("state.json",))


@pytest.mark.parametrize("command", [("enable", "--no-up", "--no-verify"), ("disable", "--no-up")])
def test_where_the_user_changed_our_text_both_ways_are_refused(
    folder: Path, shell: dict[str, str], command: tuple[str, ...]
) -> None:
    write(folder, compose_yml=COMPOSE)
    assert run(folder, shell, "enable", "--no-up", "--no-verify").returncode == 0
    path = folder / "compose.yml"
    path.write_bytes(path.read_bytes().replace(b"@pgbouncer:6432", b"@other:1"))
    refuse(folder, shell, "changed-since-enable", *command, words=("compose.yml", "web"))


# No docker, no engine


@pytest.fixture
def no_docker(tmp_path: Path, shell: dict[str, str]) -> dict[str, str]:
    """A shell in which there is no docker command."""
    (tmp_path / "bin").mkdir()
    return shell | {"PATH": str(tmp_path / "bin")}


@pytest.fixture
def no_engine(tmp_path: Path, shell: dict[str, str]) -> dict[str, str]:
    """A shell in which docker finds no engine."""
    return shell | {"DOCKER_HOST": f"unix://{tmp_path}/nosuch.sock"}


@pytest.mark.parametrize("arguments", [["--no-up"], [], ["--no-verify"], ["--up"]])
def test_without_a_docker_command_enable_is_refused(
    folder: Path, no_docker: dict[str, str], arguments: list[str]
) -> None:
    write(folder, compose_yml=COMPOSE)
    refuse(folder, no_docker, "no-docker-cli", "enable", *arguments, words=("--no-verify --no-up",))


def test_a_refusal_does_not_wait_for_compose(folder: Path, tmp_path: Path, shell: dict[str, str]) -> None:
    """Compose has been asked by then. Whoever nobody waits for is ended, and does not outlive devpool."""
    began = tmp_path / "began"
    program = f"#!/bin/sh\necho $$ >>{began}\nexec sleep 50\n"
    (write(tmp_path / "bin", docker=program) / "docker").chmod(0o755)
    # So long that both are there before devpool knows what it says.
    write(folder, compose_yml="services:\n" + "".join(f"  web{n}:\n    image: app\n" for n in range(500)))
    refuse(folder, shell | {"PATH": f"{tmp_path / 'bin'}:{shell['PATH']}"}, "no-database")
    assert len(began.read_text().split()) == 2
    for number in began.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(number), 0)


def test_ctrl_c_does_not_wait_for_a_compose_that_hangs(folder: Path, tmp_path: Path, shell: dict[str, str]) -> None:
    began = tmp_path / "began"
    program = f"#!/bin/sh\ntrap '' TERM INT\necho $$ >>{began}\nsleep 50\n"
    (write(tmp_path / "bin", docker=program) / "docker").chmod(0o755)
    write(folder, compose_yml=COMPOSE)
    command = [sys.executable, "-m", "devpool", "enable", "--no-up"]
    environ = shell | {"PATH": f"{tmp_path / 'bin'}:{shell['PATH']}"}
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE) as devpool:
        while not began.exists() or len(began.read_text().split()) < 2:
            time.sleep(0.05)
        time.sleep(0.5)  # by now it waits for Compose
        devpool.send_signal(signal.SIGINT)
        _, stderr = devpool.communicate(timeout=8)  # a command that is asked to end first has 10 seconds
    assert (devpool.returncode, b"interrupted" in stderr) == (130, True)
    for number in began.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(number), 0)


def test_without_a_docker_command_enable_works_where_the_proof_is_left_out(
    folder: Path, no_docker: dict[str, str]
) -> None:
    write(folder, compose_yml=COMPOSE)
    before = tree(folder)
    done = run(folder, no_docker, "enable", "--no-up", "--no-verify")
    assert done.returncode == 0
    assert done.stderr.startswith("warning: ")
    assert "did NOT verify" in done.stderr
    assert_clean(done)
    assert "@pgbouncer:6432" in (folder / "compose.yml").read_text()
    done = run(folder, no_docker, "disable", "--no-up")
    assert_clean(done)
    assert tree(folder) == before


def test_without_a_docker_command_disable_gives_the_files_back_and_says_so(
    folder: Path, no_docker: dict[str, str]
) -> None:
    write(folder, compose_yml=COMPOSE)
    before = tree(folder)
    assert run(folder, no_docker, "enable", "--no-up", "--no-verify").returncode == 0
    done = run(folder, no_docker, "disable")
    assert done.returncode == 0
    assert "warning: there is no `docker` command" in done.stderr
    assert tree(folder) == before


@needs_compose
@pytest.mark.parametrize("arguments", [[], ["--up"], ["--no-verify"]])
def test_without_an_engine_enable_is_refused(folder: Path, no_engine: dict[str, str], arguments: list[str]) -> None:
    write(folder, compose_yml=COMPOSE)
    refuse(folder, no_engine, "engine-not-running", "enable", *arguments, words=("--no-up",))


@needs_compose
def test_without_an_engine_the_files_can_be_edited_and_go_back(folder: Path, no_engine: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    before = tree(folder)
    done = run(folder, no_engine, "enable", "--no-up")
    assert (done.returncode, done.stderr) == (0, "")
    done = run(folder, no_engine, "disable")
    assert done.returncode == 0
    assert "warning: the Docker engine is not running" in done.stderr
    assert_clean(done)
    assert tree(folder) == before


# Not writable

# Imported first: the interpreter may lie in a folder that the other user cannot enter.
AS_NOBODY = """\
import difflib, os, sys, tempfile, traceback
import concurrent.futures.thread, hashlib
import devpool.cli, devpool.commands.enable, devpool.undo.state
import devpool.lifecycle.build_enable, devpool.lifecycle.plan_data
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
devpool.cli.main(sys.argv[1:])
"""


@pytest.fixture
def foreign() -> Iterator[Path]:
    """A project folder that another user can enter and owns."""
    with tempfile.TemporaryDirectory(prefix="devpool-test-") as name:
        folder = Path(name)
        write(folder, compose_yml=COMPOSE)
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)
            os.chown(folder / "compose.yml", 65534, 65534)
        yield folder
        folder.chmod(0o755)


def refuse_nobody(folder: Path, shell: dict[str, str], code: str, word: str) -> None:
    before = tree(folder)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, "enable", "--no-up", "--no-verify"],
        cwd=folder,
        env=shell,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines(keepends=True) if not line.startswith("warning: ")]
    done.stderr = "".join(lines)
    assert_refused(done, code, word)
    assert tree(folder) == before


def test_a_compose_file_that_is_read_only_is_refused(foreign: Path, shell: dict[str, str]) -> None:
    (foreign / "compose.yml").chmod(0o444)
    refuse_nobody(foreign, shell, "not-writable", "chmod u+rw")


def test_a_folder_that_is_read_only_is_refused(foreign: Path, shell: dict[str, str]) -> None:
    foreign.chmod(0o555)
    refuse_nobody(foreign, shell, "not-writable", str(foreign))


def test_a_compose_file_that_cannot_be_read_is_refused(foreign: Path, shell: dict[str, str]) -> None:
    (foreign / "compose.yml").chmod(0o000)
    if os.geteuid() != 0:
        pytest.skip("the test itself could not read it either")
    refuse_nobody(foreign, shell, "cannot-read", "compose.yml")


def test_an_env_file_that_cannot_be_written_leaves_every_file_as_it_was(foreign: Path, shell: dict[str, str]) -> None:
    text = f"services:\n{DB}  web: {{image: app, env_file: app.env}}\n"
    write(foreign, compose_yml=text, app_env=f"DATABASE_URL={URL}\n")
    (foreign / "app.env").chmod(0o444)
    refuse_nobody(foreign, shell, "not-writable", "app.env")


# For programs


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (COMPOSE, ["--direct", "nosuch"], "unknown-service"),
        ("- a\n", [], "not-a-mapping"),
        ("services: {}\n", ["--no-verify"], "no-database"),
    ],
)
def test_a_refusal_is_data_on_stdout_where_json_is_asked_for(
    folder: Path, shell: dict[str, str], text: str, arguments: list[str], code: str
) -> None:
    write(folder, compose_yml=text)
    done = run(folder, shell, "enable", "--no-up", "--json", "-q", *arguments)
    error = json.loads(done.stdout)["error"]
    said = ["warning: --no-verify"] if "--no-verify" in arguments else []  # -q hides no warning
    assert [line[:20] for line in done.stderr.splitlines()] == said
    assert (done.returncode, error["code"]) == (1, code)
    assert error["message"]
    assert error["hint"]
    assert_clean(done)


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_what_is_only_shown_is_not_written(folder: Path, shell: dict[str, str], option: str) -> None:
    write(folder, compose_yml=COMPOSE)
    before = tree(folder)
    done = run(folder, shell, "enable", "--no-verify", option)
    assert done.returncode == 0
    assert "pgbouncer" in done.stdout
    assert tree(folder) == before
