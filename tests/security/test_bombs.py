"""Files that grow without end, and a Compose that never answers: each ends in bounded work, refused by name."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cli.test_bad_input import COMPOSE, ROOT, assert_refused, run, write
from unit.test_growth import calls

from devpool.cli import run as run_here
from devpool.decide import sessions
from devpool.docker.engine import RunningCommand
from devpool.docker.program import TooLateError, TooMuchError, docker_program
from devpool.errors import DevpoolError
from devpool.load import find_evidence, service_texts
from devpool.model.container_start import serves
from devpool.model.stated_address import stated_addresses
from devpool.output import Output
from devpool.redact.masked_files import masked_lines
from devpool.redact.sentences import redact
from devpool.text.address import find_addresses, several_hosts
from devpool.text.document import parse
from devpool.text.envfile import parse_env, values_of
from devpool.text.nodes import MappingNode, entries, lookup


@pytest.fixture
def folder(tmp_path: Path, plain_shell: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return write(project, compose_yml=COMPOSE)


def refused(capsys: pytest.CaptureFixture[str], code: str, *words: str) -> None:
    """The command is refused by this code, with a docker on PATH or without."""
    assert run_here(list(words or ("enable", "--dry-run", "--no-verify")), Output()) == 1
    assert f"[{code}]" in capsys.readouterr().err


def fake_docker(folder: Path, text: str) -> None:
    (write(folder.parent / "bin", docker=f"#!{sys.executable}\n{text}") / "docker").chmod(0o755)


# Sizes


@pytest.mark.parametrize("name", [".env", "compose.yml", "app.env"])
def test_a_file_without_end_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    write(folder, compose_yml=COMPOSE + "    env_file: app.env\n")
    with (folder / name).open("ab") as file:
        file.truncate(2 << 30)
    refused(capsys, "too-large")


def test_a_file_below_proc_does_not_make_devpool_wait(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "compose.yml").unlink()
    (folder / "compose.yml").symlink_to("/dev/zero")
    refused(capsys, "cannot-read")


def test_a_pipe_in_the_place_of_the_file_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "compose.yml").unlink()
    os.mkfifo(folder / "compose.yml")
    refused(capsys, "cannot-read")


def test_more_entries_than_any_project_has_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, compose_yml=COMPOSE + "x-a: [" + "a," * 500_001 + "]\n")
    refused(capsys, "too-large")


# Files that name others


def test_a_file_that_includes_itself_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, compose_yml="include: [a.yml]\n" + COMPOSE, a_yml="include: [compose.yml]\n")
    refused(capsys, "include-cycle")


def test_a_chain_of_includes_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, compose_yml="include: [f0.yml]\n" + COMPOSE)
    for number in range(60):
        write(folder, **{f"f{number}_yml": f"include: [f{number + 1}.yml]\n"})
    refused(capsys, "too-deep")


def test_thousands_of_includes_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"f{number}.yml" for number in range(1001)]
    for name in names:
        (folder / name).write_text("services: {}\n")
    write(folder, compose_yml=f"include: [{', '.join(names)}]\n" + COMPOSE)
    refused(capsys, "too-many-files")


def test_files_that_include_each_other_twice_are_read_once(folder: Path) -> None:
    """Two of them each, forty deep: Compose would read a billion files."""
    write(folder, compose_yml="include: [f0.yml]\n" + COMPOSE)
    for number in range(40):
        write(folder, **{f"f{number}_yml": f"include: [f{number + 1}.yml, f{number + 1}.yml]\n"})
    write(folder, f40_yml="services: {}\n")
    assert run_here(["explain"], Output()) == 0


def test_services_that_extend_each_other_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, compose_yml=COMPOSE + "  a: {extends: b}\n  b: {extends: a}\n")
    refused(capsys, "extends-cycle")


# Texts made of others


def test_variables_that_double_each_other_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["A0=xxxxxxxxxx", *(f"A{n + 1}=${{A{n}}}${{A{n}}}" for n in range(60))]
    (folder / ".env").write_text("\n".join(lines) + "\n")
    refused(capsys, "value-too-long")


LONG = 131_072  # characters of a variable or an argument that Linux starts a program with
DATABASE = "services:\n  db: {image: postgres:17, environment: {POSTGRES_PASSWORD: a}}\n"
WEB = "  web:\n    image: b\n    environment:\n      DATABASE_URL: postgres://postgres:a@db:5432/c\n"


@pytest.mark.parametrize("place", ["    command: ", "      LONG: "])
def test_a_value_that_no_program_can_be_started_with_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    write(folder, compose_yml=f"{DATABASE}{WEB}{place}{'x' * (LONG + 1)}\n")
    refused(capsys, "value-too-long")


def test_a_value_with_addresses_by_the_hundred_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    addresses = "postgres://postgres:a@db/c " * 101
    write(folder, compose_yml=f"{DATABASE}{WEB}      URLS: '{addresses}'\n")
    refused(capsys, "too-large")


def test_more_connection_variables_than_any_project_has_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = "".join(f"  V{n}: postgres://postgres:a@db/c\n" for n in range(300))
    apps = "".join(f"  w{n}: {{image: a, environment: *all}}\n" for n in range(90))
    write(folder, compose_yml=f"x-all: &all\n{shared}{DATABASE}{apps}")
    refused(capsys, "too-large")


def test_an_env_file_of_megabytes_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, compose_yml=f"{DATABASE}{WEB}    env_file: large.env\n")
    (folder / "large.env").write_text("A='" + "x" * 2_000_000)
    refused(capsys, "too-large")


def test_a_value_that_thousands_share_is_explained_with_a_few_of_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apps = "".join(f"  w{n}: {{image: a, environment: *all}}\n" for n in range(1_000))
    write(folder, compose_yml=f"x-all: &all {{DATABASE_URL: 'postgres://postgres:a@db/c'}}\n{DATABASE}{apps}")
    assert run_here(["--json", "explain"], Output()) == 0
    rows = json.loads(capsys.readouterr().out)["settings"]
    assert {(len(row["shared_with"]), row["shared_with_more"]) for row in rows} == {(20, 979)}


def test_merges_by_the_thousand_cost_their_number() -> None:
    def text(number: int) -> str:
        anchors = "".join(f"x-{n}: &a{n} {{k{n}: v}}\n" for n in range(number))
        return f"{anchors}m:\n  <<: [{', '.join(f'*a{n}' for n in range(number))}]\n"

    def work(number: int) -> int:
        node = lookup(parse("a", text(number).encode()).root, "m")
        assert isinstance(node, MappingNode)
        return calls(lambda: entries(node))

    assert len(entries_of(text(500))) == 500
    assert work(800) / work(400) < 2.3


def entries_of(text: str) -> dict[str, object]:
    node = lookup(parse("a", text.encode()).root, "m")
    assert isinstance(node, MappingNode)
    return dict(entries(node))


@pytest.mark.parametrize("line", ["A='", 'A="', 'A="\\', "export ", "=", "A=" + "$" * 50, "a=a=a=", "${" * 30])
def test_the_lines_of_an_env_file_cost_their_number(line: str) -> None:
    def work(number: int) -> int:
        text = (line + "\n") * number
        file = parse_env("a", text.encode())
        return calls(lambda: parse_env("a", text.encode())) + len(file.bindings)

    assert work(400) / work(200) < 2.5


def test_many_variables_do_not_copy_each_other() -> None:
    file = parse_env("a", b"".join(b"A%d=x\n" % n for n in range(2000)))
    assert len(values_of(file, {}, {})) == 2000


# Compose itself


def test_a_compose_that_never_answers_is_ended_with_its_children(folder: Path, shell: dict[str, str]) -> None:
    fake_docker(
        folder,
        "import os, subprocess, time\n"
        f"child = subprocess.Popen(['{sys.executable}', '-c', 'import time; time.sleep(100)'])\n"
        f"open('{folder.parent}/pids', 'a').write(f'{{os.getpid()}} {{child.pid}}\\n')\n"
        "time.sleep(100)\n",
    )
    done = run(folder, shell | {"DEVPOOL_COMPOSE_SECONDS": "5"}, "enable", "--dry-run")
    assert_refused(done, "compose-too-slow", "5 s", "DEVPOOL_COMPOSE_SECONDS=120")
    numbers = (folder.parent / "pids").read_text().split()
    assert len(numbers) == 4
    for number in numbers:
        assert ended(int(number))


@pytest.fixture
def shell(folder: Path, plain_shell: dict[str, str]) -> dict[str, str]:
    return plain_shell | {"PYTHONPATH": str(ROOT), "PATH": f"{folder.parent}/bin:{plain_shell['PATH']}"}


def ended(number: int) -> bool:
    """Whether a process has ended, be it that nobody has asked for its code yet."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_limit_of_compose_is_a_number(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake_docker(folder, "")
    os.environ["DEVPOOL_COMPOSE_SECONDS"] = "soon"
    try:
        assert run_here(["enable", "--dry-run"], Output()) == 2
    finally:
        del os.environ["DEVPOOL_COMPOSE_SECONDS"]
    assert "[bad-limit]" in capsys.readouterr().err


def test_what_a_program_says_is_bounded(folder: Path) -> None:
    fake_docker(folder, "while True:\n    print('x' * 10000)\n")
    running = RunningCommand(["docker"], str(folder), None, harmless=True)
    with pytest.raises(TooMuchError):
        running.output(60, 1 << 20)


def test_a_program_that_closes_its_streams_and_goes_on_is_ended(folder: Path) -> None:
    fake_docker(folder, "import os, time\nos.close(1)\nos.close(2)\ntime.sleep(100)\n")
    running, began = RunningCommand(["docker"], str(folder), None, harmless=True), time.monotonic()
    with pytest.raises(TooLateError):
        running.output(2)
    assert time.monotonic() - began < 60


# Which docker


@pytest.mark.parametrize("path", [".", "", ".:", ":{bin}", "bin", "./bin:{bin}", "../bin"])
def test_a_docker_in_the_clone_is_never_run(folder: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Also not where PATH names the current folder, by a dot or by nothing."""
    mine = folder.parent / "bin"
    for place in (folder, folder / "bin"):
        place.mkdir(exist_ok=True)
        (place / "docker").write_text("#!/bin/sh\n")
        (place / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", path.format(bin=mine))
    with pytest.raises(DevpoolError, match="no `docker` command"):
        docker_program()
    fake_docker(folder, "")
    if "{bin}" in path:
        assert docker_program() == str(mine / "docker")


# Long values


HOSTILE = [
    *("postgres:///", "postgres:///?", "postgres://a,", "postgres:///a?host=b ", "postgres://a:b@", "://@", "jdbc:"),
    *(
        "${",
        "$",
        "'",
        '"',
        " ",
        "a=a=a=",
        "host=a,",
        "[",
        "\n[",
        "a:1,",
        "db+",
        "@",
        "\\",
        "password='",
        "&host=",
        "a b",
    ),
]


def seconds(look: Callable[[str], object], value: str) -> float:
    """The least of three measurements."""
    found = []
    for _ in range(3):
        began = time.process_time()
        look(value)
        found.append(time.process_time() - began)
    return min(found)


def assert_costs_its_length(look: Callable[[str], object], atom: str, before: str = "") -> None:
    """Four times the length is about four times the work; were it the square, it would be sixteen times."""
    long, short = (seconds(look, before + atom * (length // len(atom))) for length in (32_000, 8_000))
    assert long < 0.02 or long / short < 9


@pytest.mark.parametrize("atom", HOSTILE)
@pytest.mark.parametrize("look", [find_addresses, several_hosts, redact])
def test_a_long_value_costs_its_length(look: Callable[[str], object], atom: str) -> None:
    assert_costs_its_length(look, atom, "postgres:")


COMMANDS = ["a", "/", "@", "1", "A_", "a/", "-", "\\", "alembic ", "sh -c ", "migrate ", "'", "npm ", "airflow "]


@pytest.mark.parametrize("atom", COMMANDS)
def test_a_long_command_costs_its_length(atom: str) -> None:
    assert_costs_its_length(serves, atom)


@pytest.mark.parametrize("atom", ["a", "a1", "a ", "/", "@", "://", "a=", "#", "a: ", "- ", "${", "x.", "user "])
def test_a_long_comment_costs_its_length(atom: str) -> None:
    def comments(text: str) -> object:
        return masked_lines("x", ("# " + text + "\n").encode() * 3, frozenset(), env=True)

    assert_costs_its_length(comments, atom)
    assert_costs_its_length(lambda text: comments(text[: len(text) // 4]), atom)


@pytest.mark.parametrize("atom", ["db x\n", "  host(db)\n", "a: db\n", "db\n[a]\n", "DB_HOST, 'db'", '"""', "db: a "])
def test_a_file_that_mentions_a_database_often_costs_its_length(atom: str) -> None:
    def look(text: str) -> object:
        return list(stated_addresses("/app/settings.py", text, ["db"], {}))

    assert_costs_its_length(look, atom)


def test_only_so_many_files_are_looked_at_for_addresses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    read = service_texts._readable
    monkeypatch.setattr(service_texts, "_readable", lambda path, *rest: looked.append(path) or read(path, *rest))
    monkeypatch.setattr(find_evidence, "_MOST_LOOKS", 30)
    (folder / "src").mkdir()
    for number in range(100):
        (folder / "src" / f"a{number}.py").write_text("x = 1\n")
    services = "".join(f"  web{n}: {{build: src, depends_on: [db]}}\n" for n in range(20))
    write(folder, compose_yml="services:\n  db: {image: postgres:17}\n" + services)
    run_here(["explain"], Output())
    assert 0 < len(looked) < 30


def test_a_value_with_many_addresses_is_noted_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    pattern = sessions.NOT_APPLIED
    counting = SimpleNamespace(finditer=lambda text: looked.append(text) or pattern.finditer(text))
    monkeypatch.setattr(sessions, "NOT_APPLIED", counting)
    value = "jdbc:postgresql://db/a?search_path=x," * 50
    database = 'services:\n  db: {image: "postgres:17", environment: {POSTGRES_PASSWORD: p}}\n'
    text = f'{database}  web: {{image: app, environment: {{X: "{value}"}}}}\n'
    write(folder, compose_yml=text)
    assert run_here(["enable", "--dry-run", "--no-verify"], Output()) == 0
    assert looked == [value]
