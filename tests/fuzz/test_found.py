"""Projects that once broke a law, each as small as it can be."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.cases import MARKER, Case, Odd
from fuzz.rig import judge

DB = b"services:\n  db: {image: postgres:17, environment: {POSTGRES_PASSWORD: a}}\n"
WEB = b"  web:\n    image: b\n    environment:\n      DATABASE_URL: postgres://postgres:a@db:5432/c\n"
FINE = DB + WEB
CHAIN = b"services:\n" + b"".join(b"  c%d: {extends: c%d}\n" % (n, n + 1) for n in range(400)) + b"  c400: {image: a}\n"
NO_FILE = DB + b"  web:\n    image: b\n    env_file:\n    environment:\n      - DATABASE_URL\n"
NO_FILE += b"  migrate:\n    image: b\n    env_file: .env\n    command: manage.py migrate\n"
OTHER_KEY = b"POSTGRES_PASSWORD: &app\n" + WEB.replace(b"  web:\n", b"") + DB + b"  web: {<<: *app, working_dir: /a}\n"
OTHER_PLACE = FINE.replace(b"    environment:\n", b"    labels: &same\n") + b"    environment: *same\n"
LAUGHS = b"L0=ha\n" + b"".join(b"L%d=$L%d$L%d\n" % (n + 1, n, n) for n in range(40))


@pytest.mark.parametrize(
    ("files", "odd", "result"),
    [
        ({}, {"compose.yml": "fifo"}, "cannot-read"),
        ({}, {"compose.yml": "endless"}, "cannot-read"),
        ({"compose.yml": FINE}, {".env": "fifo"}, "cannot-read"),
        ({"compose.yml": FINE}, {".env": "loop"}, "cannot-read"),
        ({"compose.yml": FINE + b"    env_file: a.env\n"}, {"a.env": "fifo"}, "cannot-read"),
        ({"compose.yml": FINE}, {".devpool": "dangling"}, "devpool-folder-not-real"),
        ({"compose.yml": FINE}, {".devpool/state.json": "dangling"}, "devpool-folder-not-real"),
        ({"compose.yml": b'include: ["a\\0b"]\n' + FINE}, {}, "cannot-read"),
        ({"compose.yml": b"include: [/dev/zero]\n" + FINE}, {}, "cannot-read"),
        ({"compose.yml": b"include: [" + b"a" * 5000 + b"]\n" + FINE}, {}, "cannot-read"),
        ({"compose.yml": FINE, ".env": b"COMPOSE_FILE=~nobody-of-that-name/a.yml\n"}, {}, "no-compose-file"),
        ({"compose.yml": FINE, ".env": LAUGHS}, {}, "value-too-long"),
        ({"compose.yml": FINE.replace(b"  web:", b'  "\\0":')}, {}, "name-not-plain"),
        ({"compose.yml": OTHER_KEY}, {}, "read-elsewhere"),
        ({"compose.yml": OTHER_PLACE}, {}, "read-elsewhere"),
        ({"compose.yml": CHAIN}, {}, "too-deep"),
        ({"compose.yml": FINE.replace(b"DATABASE_URL", b"D" * 1020)}, {}, "name-not-plain"),
        ({"compose.yml": NO_FILE, ".env": b"DATABASE_URL=postgres://postgres:a@db:5432/c\n"}, {}, "enabled"),
    ],
)
def test_what_broke_a_law_once_breaks_none(
    folder: Path, files: dict[str, bytes], odd: dict[str, Odd], result: str
) -> None:
    case = Case(seed="none", number=0, golden="none", files={**dict.fromkeys(odd, b""), **files}, odd=odd)
    verdict = judge(case, folder)
    assert (verdict.result, verdict.faults) == (result, [])


@pytest.mark.parametrize("words", [("--json",), ("--diff",)])
def test_a_password_in_a_block_of_configuration_is_not_shown(folder: Path, words: tuple[str, ...]) -> None:
    config = f"        url: jdbc:postgresql://db:5432/c\n        password: {MARKER}\n".encode()
    text = DB + b"  web:\n    image: b\n    environment:\n      CONFIG: |\n" + config
    verdict = judge(Case(seed="none", number=0, golden="none", files={"compose.yml": text}, arguments=words), folder)
    assert (verdict.result, verdict.faults) == ("enabled", [])


@pytest.mark.parametrize(
    ("files", "result"),
    [
        ({"compose.yml": FINE.replace(b"image: b", b"build: ."), "Dockerfile": b"FROM\nCMD a\n"}, "enabled"),
        ({"compose.yml": FINE.replace(b"DATABASE_URL:", b"'':")}, "nothing-to-pool"),
    ],
)
def test_a_nameless_stage_or_variable_is_nothing_unknown(folder: Path, files: dict[str, bytes], result: str) -> None:
    verdict = judge(Case(seed="none", number=0, golden="none", files=files), folder)
    assert (verdict.result, verdict.faults) == (result, [])


def test_a_pooler_that_goes_right_after_its_last_app_comes_after_all_of_that_app(folder: Path) -> None:
    text = b"services:\n  web:\n    image: b\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n"
    env = b"DATABASE_URL=postgres://a:b@shop.c9x.eu-central-1.rds.amazonaws.com:5432/c\n"
    verdict = judge(Case(seed="none", number=0, golden="none", files={"compose.yml": text, ".env": env}), folder)
    assert (verdict.result, verdict.faults) == ("enabled", [])
