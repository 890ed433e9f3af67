"""Of every golden case and every real project no secret is in `--diff` of enable and disable, nor in `explain`.

The secrets are collected by other means than devpool's: PyYAML's own reading, and the lines of env files.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from counting import count

from devpool.cli import run
from devpool.output import Output

CASES = sorted(p for p in (Path(__file__).parent / "cases").iterdir() if p.is_dir())
CORPUS = Path(os.environ.get("DEVPOOL_CORPUS") or "/nonexistent")
PROJECTS = sorted(p for p in CORPUS.iterdir() if (p / "meta.json").is_file()) if CORPUS.is_dir() else []
SECRET_NAME = re.compile(r"pass|passwd|pwd|secret|token|(?:^|_)key$|api_?key|private|credential", re.I)
OF_URL = re.compile(r"[a-z]://[^\s/:@\"'$]*:([^\s@\"'${}]+)@", re.I)
OF_USER = re.compile(r"[a-z]://([^\s/:@\"'$]+)[:@]", re.I)
WORD = re.compile(r"[\w.-]+")
OF_DEVPOOL = {"password", "secret"}
"""What devpool's own messages say, and some project has for a password."""


class Loader(yaml.SafeLoader):
    """Takes the tags of Compose for nothing."""


def untagged(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


Loader.add_multi_constructor("!", untagged)


def pairs(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Name and value of everything that a file says."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield "", str(key)
            yield from pairs(entry, str(key))
    elif isinstance(value, list):
        for entry in value:
            yield from pairs(entry, name)
    elif isinstance(value, str | int | float):
        key, sign, rest = str(value).partition("=")
        named = bool(sign) and re.fullmatch(r"\w+", key) is not None
        yield (key, rest) if named else (name, str(value))


def said_by(path: Path) -> list[tuple[str, str]]:
    text = path.read_text(encoding="utf-8", errors="replace").removeprefix("\ufeff")
    if path.suffix in (".yml", ".yaml"):
        try:
            return list(pairs(yaml.load(text, Loader)))
        except yaml.YAMLError:
            return []
    found = re.findall(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*[=:][ \t]*(.*?)[ \t\r]*$", text, re.M)
    return [(name, value.strip("'\"")) for name, value in found]


def secrets_in(folder: Path) -> set[str]:
    """The secrets of a project that no other of its texts happens to be too, as `postgres` is a user's name."""
    secret: set[str] = set()
    other: set[str] = set()
    for path in (
        p for p in folder.rglob("*") if p.is_file() and ".devpool" not in p.parts and p.stat().st_size < 10**6
    ):
        for name, value in said_by(path):
            of_urls = OF_URL.findall(value)
            other.update(OF_USER.findall(value))
            secret.update(of_urls)
            if SECRET_NAME.search(name) and not name.upper().endswith("_FILE") and "$" not in value:
                secret.add(value)
            else:
                other |= {name, *WORD.findall(OF_URL.sub(" ", value)), *WORD.findall(name)}
    return {
        s for s in secret - other - OF_DEVPOOL if len(s) >= 4 and not s.isdigit() and s.lower() not in ("true", "false")
    }


@pytest.mark.parametrize("case", [*CASES, *PROJECTS], ids=lambda path: path.name)
def test_no_diff_and_no_explanation_shows_a_secret(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    plain_shell: dict[str, str],
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(case / "before" if (case / "before").is_dir() else case, folder)
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    given = case / "args.txt"
    words = [w for w in given.read_text(encoding="utf-8").split("\n") if w] if given.is_file() else []
    secrets = secrets_in(folder)
    run(["enable", "--no-verify", "--no-up", "--diff", *words], Output())
    run(["explain"], Output())
    run(["--json", "explain"], Output(as_json=True))
    enabled = run(["enable", "--no-verify", "--no-up", *words], Output()) == 0
    run(["disable", "--no-up", "--diff"], Output())
    shown = capsys.readouterr()
    told = WORD.findall(shown.out + shown.err)
    assert [s for s in secrets if s in shown.out + shown.err and (s in told or not WORD.fullmatch(s))] == []
    count(
        f"secrets looked for in what is shown: {len(secrets)}" if enabled and secrets else "secrets: none to look for"
    )
