"""A project's names and values cannot lie on the terminal, and no error and no diff shows a secret of its files."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from thinned import pairs

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2-Geheim"
UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0001-\U000e0fff]"
)
FORGED = "\x1b[2K\r\x9b\nok  pooler  forged\u202e\u2066\u200b\ufeff\u2028\x7f"
ESCAPED = r"\e[2K\r\x9b\nok  pooler  forged\u202e\u2066\u200b\ufeff\u2028\x7f"  # in YAML's double quotes
DB = f"  db:\n    image: postgres:17\n    environment: {{POSTGRES_PASSWORD: {SECRET}}}\n"
HOSTILE = f"""services:
{DB}  "web{ESCAPED}":
    image: "app{ESCAPED}"
    labels: {{"x{ESCAPED}": "y{ESCAPED}"}}
    environment:
      "URL{ESCAPED}": "postgres://u{ESCAPED}:{SECRET}@db:5432/x{ESCAPED}"
      DATABASE_URL: "postgres://u:{SECRET}@db:5432/x"
      OTHER: "postgres://u:{SECRET}@db:5432/x?application_name={ESCAPED}"
    depends_on: [db]
  console:
    image: dpage/pgadmin4
    environment: {{DATABASE_URL: "postgres://u:{SECRET}@db:5432/x"}}
  "long{"g" * 1000}":
    image: app
    env_file: "a{ESCAPED}.env"
    environment: {{DATABASE_URL: "postgres://u:{SECRET}@db:5432/x"}}
"""
VERBS = [
    ("enable", "--no-verify", "--no-up"),
    ("enable", "--no-verify", "--dry-run"),
    ("enable", "--no-verify", "--diff"),
    ("enable", "--no-up"),
    ("enable", "--no-verify", "--no-up", "--direct", f"x{FORGED}"),
    ("enable", "--no-verify", "--no-up", "--name", f"x{FORGED}"),
    ("enable", "--no-verify", "--no-up", "--set", f"x{FORGED}=1"),
    ("enable", "--port", f"x{FORGED}"),
    ("enable", f"x{FORGED}"),
    (f"x{FORGED}",),
    ("-f", f"x{FORGED}", "enable"),
    ("--project-directory", f"x{FORGED}", "status"),
    ("explain",),
    ("explain", f"x{FORGED}"),
    ("status",),
    ("check",),
    ("check", "--nagios"),
    ("size",),
    ("set", f"x{FORGED}=1"),
    ("reload",),
    ("metrics",),
    ("psql", f"x{FORGED}"),
    ("direct", f"x{FORGED}", "--", "x"),
    ("migrate", f"x{FORGED}"),
    ("disable", "--no-up"),
]

Done = subprocess.CompletedProcess[bytes]


@pytest.fixture
def shell(tmp_path: Path, plain_shell: dict[str, str]) -> dict[str, str]:
    (tmp_path / "tmp").mkdir()
    own = {"PYTHONPATH": str(ROOT), "DOCKER_HOST": f"unix://{tmp_path}/nosuch.sock", "TMPDIR": str(tmp_path / "tmp")}
    return plain_shell | own


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A project whose folder, names, values, files and comments are all made to lie."""
    folder = tmp_path / f"p{FORGED}"
    folder.mkdir()
    (folder / "compose.yml").write_text(HOSTILE)
    (folder / f"a{FORGED}.env").write_text(f"A={FORGED}\nB\x1b=1\n")
    (folder / ".env").write_text(f"C='{FORGED}'\n")
    return folder


def run(folder: Path, shell: dict[str, str], *words: str) -> Done:
    command = [sys.executable, "-m", "devpool", *words]
    return subprocess.run(command, cwd=folder, env=shell, capture_output=True, timeout=60, check=False)


def said(done: Done) -> str:
    return (done.stdout + done.stderr).decode("utf-8")


def assert_honest(done: Done) -> None:
    text = said(done)
    assert text.strip()
    assert done.returncode in (0, 1, 2, 4, 5) or text.startswith("DEVPOOL UNKNOWN"), text
    assert "a bug" not in text
    assert not UNSAFE.search(text), text
    assert not [line for line in text.split("\n") if line.lstrip(" +-").startswith("ok  pooler")], text
    assert SECRET not in text


@pytest.mark.parametrize(("verb", "json_too"), pairs(VERBS, [False, True]))
def test_nothing_that_a_project_says_acts_on_the_terminal(
    verb: tuple[str, ...], json_too: bool, hostile: Path, shell: dict[str, str]
) -> None:
    options = ("--json",) if json_too else ()
    done = run(hostile, shell, *options, *verb)
    assert_honest(done)
    if not json_too:
        assert all(len(line) < 5000 for line in said(done).split("\n"))
    elif done.stdout.startswith(b"{"):
        assert isinstance(json.loads(done.stdout), dict)


def test_names_are_said_with_their_escapes(hostile: Path, shell: dict[str, str]) -> None:
    text = said(run(hostile, shell, "explain"))
    assert "web\\x1b[2K\\r\\x9b\\nok  pooler  forged\\u202e" in text
    body = json.loads(run(hostile, shell, "--json", "explain").stdout)
    assert any(FORGED in row["service"] for row in body["settings"])


@pytest.mark.parametrize("verb", ["enable", "disable"])
def test_a_diff_spells_out_what_acts_and_keeps_its_lines(verb: str, tmp_path: Path, shell: dict[str, str]) -> None:
    odd = "\u202e\u2066\u200b\u2028\ufeff"
    web = f"  web:\n    image: app # {odd}\n    env_file: a.env\n    environment:\n      A: '{odd}'\n"
    write = {
        "compose.yml": f"# {odd}\r\nservices:\r\n" + (DB + web).replace("\n", "\r\n"),
        "a.env": f"# \x1b[2J\rok  pooler  forged\nDATABASE_URL=postgres://u:{SECRET}@db:5432/x\nB=\x9b\x1b[2J # \x07\n",
    }
    for name, text in write.items():
        (tmp_path / name).write_bytes(text.encode())
    if verb == "disable":
        assert run(tmp_path, shell, "enable", "--no-up", "--no-verify").returncode == 0
    more = ("--no-verify",) if verb == "enable" else ("--no-up",)
    done = run(tmp_path, shell, verb, "--diff", *more)
    assert_honest(done)
    assert done.returncode == 0
    text = done.stdout.decode()
    assert "+DATABASE_URL=postgres://u:***@pgbouncer:6432/x" in text or verb == "disable"
    assert "# \\x07" in text
    assert "\\r\n" not in text, "the line endings that all lines have are none of the text"


# No error quotes a value

BROKEN = {
    "dotenv, double quote": (f'PW="{SECRET}\nA=1\n', ""),
    "dotenv, single quote": (f"PW='{SECRET}\nA=1\n", ""),
    "dotenv, template": (f"PW=${{{SECRET}\n", ""),
    "dotenv, name": (f"{SECRET} x=1\n", ""),
    "env file": ("", "    env_file: app.env\n"),
    "label": ("", f'    labels:\n      x: "{SECRET}\n'),
    "label in a list": ("", f"    labels:\n      - '{SECRET}\n"),
    "label, template": ("", f"    labels: ['x=${{{SECRET}']\n"),
    "label file": ("", "    label_file: app.env\n"),
    "demanded": ("", f"    environment: ['X=${{NOSUCH:?{SECRET}}}']\n"),
    "template": ("", f"    environment: {{X: '${{{SECRET}'}}\n"),
    "port": ("", f"    ports: ['{SECRET}:80']\n"),
    "duration": ("", f"    healthcheck: {{interval: {SECRET}}}\n"),
    "memory": ("", f"    mem_limit: {SECRET}\n"),
    "boolean": ("", f"    privileged: {SECRET}\n"),
    "volume": ("", f"    volumes: ['{SECRET}:']\n"),
    "alias": ("", f"    x-a: *{SECRET}\n"),
    "tag": ("", f"    x-a: !{SECRET[:7]}!x y\n"),
    "colon": ("", f"    environment:\n      PW: {SECRET}: x\n"),
    "list": ("", f"    environment: {{PW: [{SECRET}]}}\n"),
    "escape": ("", f'    environment: {{PW: "{SECRET}\\q"}}\n'),
}

READERS = [("enable", "--no-up"), ("--json", "enable", "--no-up"), ("status",), ("psql",), ("--json", "explain")]


@pytest.mark.usefixtures("compose_plugin")
@pytest.mark.parametrize(("kind", "words"), pairs([*BROKEN], READERS))
def test_no_error_quotes_a_value(kind: str, words: tuple[str, ...], tmp_path: Path, shell: dict[str, str]) -> None:
    dotenv, more = BROKEN[kind]
    web = f"  web:\n    image: app\n    environment:\n      DATABASE_URL: postgres://u:{SECRET}@db:5432/x\n"
    web = web.replace("    environment:\n", "") if "environment:" in more else web
    web = web.split("      DATABASE_URL")[0] if "environment:" in more else web
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "compose.yml").write_text(f"services:\n{DB}{web}{more}")
    (folder / ".env").write_text(dotenv)
    (folder / "app.env").write_text(f'PW="{SECRET}\nA=1\n')
    done = run(folder, shell, *words)
    assert done.returncode in (0, 1), said(done)
    assert "hunter2" not in said(done)
    assert "Traceback" not in said(done)


def test_the_report_of_a_bug_quotes_nothing_and_is_private(tmp_path: Path, shell: dict[str, str]) -> None:
    program = (
        "import devpool.commands.explain as e, devpool.cli as c\n"
        "def fail(*a, **k):\n"
        f"    try:\n        {{}}['{SECRET}']\n"
        f"    except KeyError:\n        raise ValueError('bad \\x1b[2J {SECRET}=1', 'password={SECRET}')\n"
        "e.open_project = fail\n"
        "c.main(['explain'])\n"
    )
    (tmp_path / "fail.py").write_text(program)
    (tmp_path / "compose.yml").write_text(f"services:\n{DB}")
    command = [sys.executable, str(tmp_path / "fail.py")]
    done = subprocess.run(command, cwd=tmp_path, env=shell, capture_output=True, timeout=60, check=False)
    assert done.returncode == 3
    (log,) = (tmp_path / "tmp").glob("devpool-bug-*.log")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert os.path.basename(log) in said(done)
    text = "\n".join(line for line in log.read_text().split("\n") if not line.startswith("    "))  # not the program
    assert "ValueError" in text
    assert SECRET not in text + said(done)
    assert not UNSAFE.search(text)
