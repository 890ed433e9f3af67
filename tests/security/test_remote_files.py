"""What a clone names that is not on this machine: refused by name, before Compose is started, which would fetch it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, ROOT, assert_clean, needs_compose, run, tree, write

from devpool.cli import run as run_here
from devpool.model.remote_files import is_remote, may_name_files
from devpool.output import Output

OCI = "oci://127.0.0.1:1/x"
GIT = "https://token@127.0.0.1:1/x.git"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    return project


class Shell:
    """A shell with a docker that leaves a trace where it is started."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.trace = folder, capsys, folder.parent / "started"

    def refuse(self, code: str, *words: str) -> None:
        """The command is refused by this code, nothing is written, and Compose was not started."""
        before = tree(self.folder)
        assert run_here(list(words), Output()) == 1
        _, said = self.capsys.readouterr()
        assert f"[{code}]" in said
        assert "token" not in said
        assert not self.trace.exists(), "Compose was started"
        assert tree(self.folder) == before


@pytest.fixture
def shell(
    folder: Path, plain_shell: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    program = f"#!/bin/sh\necho started >>{folder.parent}/started\nexit 1\n"
    (write(folder.parent / "bin", docker=program) / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder.parent}/bin:{os.environ['PATH']}")
    monkeypatch.chdir(folder)
    return Shell(folder, capsys)


# A name is remote, or not


@pytest.mark.parametrize(
    "name",
    [
        *(OCI, GIT, "github.com/a/b", "https://h/x.git#main:dir", "ssh://git@h/x", "git://h/x", "http://h/x.yml"),
        *("git@h:a/b.git", "me@h:x", "h:a/b", "HTTPS://h/x.git", "git+ssh://h/x", "file:///x.git"),
    ],
)
def test_what_compose_would_fetch_is_remote(name: str) -> None:
    assert is_remote(name)


@pytest.mark.parametrize(
    "name", ["a.yml", "./a.yml", "../a/b.yml", "/a.yml", "./github.com/a", "a@b.yml", "./git@h:x", "", "~/a.yml", "-"]
)
def test_a_path_is_not_remote(name: str) -> None:
    assert not is_remote(name)


def test_a_file_that_names_no_other_is_told_at_once() -> None:
    assert not may_name_files(COMPOSE.encode())
    assert not may_name_files("services: {web: {image: 'ünï!', environment: {A: 'x\\n'}}}".encode())


# Each way to say it


INCLUDES = {
    "oci": f"include: ['{OCI}']\n",
    "git": f"include: ['{GIT}']\n",
    "scp": "include: ['git@127.0.0.1:x.git']\n",
    "github": "include: [github.com/a/b]\n",
    "http": "include: ['https://127.0.0.1:1/x.yml']\n",
    "long": f"include: [{{path: '{OCI}'}}]\n",
    "list": f"include: [{{path: [a.yml, '{OCI}']}}]\n",
    "capitals": f"include: [{{PATH: '{OCI}'}}]\n",
    "alias": f"x-a: &a ['{OCI}']\ninclude: *a\n",
    "merge": f"x-a: &a {{include: ['{OCI}']}}\n<<: *a\n",
    "escaped": f"\"\\x69nclude\": ['{OCI}']\n",
    "folded": f"? \"incl\\\n  ude\"\n: ['{OCI}']\n",
    "default": "include: ['${NOSUCH:-oci:}//127.0.0.1:1/x']\n",
    "by-parts": "include: ['${A}${B}']\n",
    "disabled": "include: ['${C:-oci:}//x']\n",
}
EXTENDS = {
    "extends": f"  x: {{extends: {{file: '{OCI}', service: a}}}}\n",
    "extends-escaped": f"  x: {{\"e\\x78tends\": {{file: '{OCI}', service: a}}}}\n",
    "extends-merged": f"  x: {{<<: {{extends: {{file: '{OCI}', service: a}}}}}}\n",
    "extends-variable": "  x: {extends: {file: '${A}${B}', service: a}}\n",
}
DOTENV = "A=oci:\nB=//127.0.0.1:1/x\nC=.\nCOMPOSE_DISABLE_ENV_FILE=1\n"


@pytest.mark.parametrize("name", [*INCLUDES, *EXTENDS])
@pytest.mark.parametrize("verb", [("enable", "--dry-run"), ("status",), ("psql",)])
def test_it_is_refused_before_compose_is_started(folder: Path, shell: Shell, name: str, verb: tuple[str, ...]) -> None:
    text = INCLUDES.get(name, "") + COMPOSE + EXTENDS.get(name, "")
    write(folder, compose_yml=text, _env=DOTENV, a_yml="services: {}\n")
    shell.refuse("remote-file", *verb)


@pytest.mark.parametrize("verb", ["disable", "explain", "check", "top", "size", "migrate", "direct"])
def test_no_verb_starts_compose_then(folder: Path, shell: Shell, verb: str) -> None:
    write(folder, compose_yml=INCLUDES["oci"] + COMPOSE)
    shell.refuse("remote-file", verb, *(["web"] if verb == "direct" else []))


def test_a_key_that_is_written_as_binary_is_refused(folder: Path, shell: Shell) -> None:
    for key in ("? !!binary aW5jbHVkZQ==\n:", "%TAG ! tag:yaml.org,2002:\n---\n? !binary aW5jbHVkZQ==\n:"):
        write(folder, compose_yml=f"{key} ['{OCI}']\n{COMPOSE}")
        shell.refuse("binary-text", "enable", "--dry-run")


def test_another_encoding_hides_nothing(folder: Path, shell: Shell) -> None:
    write(folder, compose_yml=(INCLUDES["oci"] + COMPOSE).encode("utf-16"))
    shell.refuse("not-utf8", "enable", "--dry-run")


def test_a_file_that_is_included_may_name_nothing_remote(folder: Path, shell: Shell) -> None:
    write(folder, compose_yml="include: [a/a.yml]\n" + COMPOSE, a__a_yml="include: [b.yml]\n")
    write(folder, a__b_yml=EXTENDS["extends"].join(["services:\n", ""]))
    shell.refuse("remote-file", "enable", "--dry-run")


def test_an_env_file_of_one_include_does_not_count_in_the_next(folder: Path, shell: Shell) -> None:
    """`X` is said for what stands in `a`, and Compose does not know it in the second include."""
    write(folder, compose_yml="include: [a/a.yml, '${X:-oci:}//x']\n" + COMPOSE, a__a_yml="services: {}\n")
    (folder / "a/.env").write_text("X=.\n")
    shell.refuse("remote-file", "enable", "--dry-run")


def test_the_env_file_of_an_include_counts_in_it(folder: Path, shell: Shell) -> None:
    """The same file twice: the second time its own include means another file."""
    write(folder, compose_yml="include: [a.yml, {path: a.yml, env_file: e.env}]\n" + COMPOSE)
    write(folder, a_yml="include: ['${X:-b.yml}']\n", b_yml="services: {}\n", e_env=f"X={OCI}\n")
    shell.refuse("remote-file", "enable", "--dry-run")


@pytest.mark.parametrize("given", [("-f", OCI), ("-f", "github.com/a/b")])
def test_a_compose_file_that_is_remote_itself_is_refused(folder: Path, shell: Shell, given: tuple[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    shell.refuse("remote-file", *given, "enable", "--dry-run", "--allow-remote")


def test_an_env_file_cannot_make_it_so(folder: Path, shell: Shell) -> None:
    write(folder, compose_yml=COMPOSE)
    (folder / ".env").write_text(f"COMPOSE_FILE={OCI}\nCOMPOSE_PATH_SEPARATOR=,\n")
    shell.refuse("remote-file", "enable", "--dry-run")


@pytest.mark.parametrize("names", [OCI, f"compose.yml:{OCI}", "https://evil.org/x.git"])
def test_nor_with_the_separator_of_every_shell(folder: Path, shell: Shell, names: str) -> None:
    write(folder, compose_yml=COMPOSE)
    (folder / ".env").write_text(f"COMPOSE_FILE={names}\n")
    shell.refuse("remote-file", "enable", "--dry-run")


# Allowed


@needs_compose
def test_compose_is_told_to_fetch_nothing(folder: Path, plain_shell: dict[str, str], tmp_path: Path) -> None:
    """Whatever devpool may overlook: a clone's own env file cannot take that back."""
    seen = f'#!/bin/sh\nenv >"{tmp_path}/env"\nexit 1\n'
    (write(tmp_path / "bin", docker=seen) / "docker").chmod(0o755)
    write(folder, compose_yml=COMPOSE)
    (folder / ".env").write_text("COMPOSE_EXPERIMENTAL_OCI_REMOTE=true\n")
    shell = plain_shell | {"PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}/bin:{plain_shell['PATH']}"}
    run(folder, shell, "enable", "--dry-run")
    given = (tmp_path / "env").read_text().splitlines()
    assert {"COMPOSE_EXPERIMENTAL_OCI_REMOTE=false", "COMPOSE_EXPERIMENTAL_GIT_REMOTE=false"} <= set(given)
    run(folder, shell, "enable", "--dry-run", "--allow-remote")
    assert "COMPOSE_EXPERIMENTAL" not in (tmp_path / "env").read_text()


@needs_compose
def test_what_is_allowed_is_left_to_compose_and_not_edited(
    folder: Path, tmp_path: Path, plain_shell: dict[str, str]
) -> None:
    """A repository of this machine, by a name that git takes for a remote one."""
    source = write(tmp_path / "remote.git", compose_yaml="services:\n  cache: {image: redis}\n")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "a")):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=source, check=True)
    told = {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"url.{source}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://h.invalid/x.git",
        "GIT_CONFIG_KEY_1": "safe.directory",
        "GIT_CONFIG_VALUE_1": "*",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    shell = plain_shell | told | {"PYTHONPATH": str(ROOT), "CI": "1"}
    text = "include: ['https://h.invalid/x.git']\n" + COMPOSE
    write(folder, compose_yml=text)
    assert "[remote-file]" in run(folder, shell, "enable", "--no-up").stderr
    done = run(folder, shell, "enable", "--no-up", "--allow-remote")
    assert done.returncode == 0, done.stderr
    assert_clean(done)
    assert "@pgbouncer:6432" in (folder / "compose.yml").read_text()
    assert (source / "compose.yaml").read_text() == "services:\n  cache: {image: redis}\n"
    assert run(folder, shell, "disable", "--no-up", "--allow-remote").returncode == 0
    assert (folder / "compose.yml").read_text() == text
