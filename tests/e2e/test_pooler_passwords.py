"""Passwords of every kind: given raw, as a file and in a URL, then used by a client through the pooler.

The configured roles are no superusers: a role whose password the pooler has got wrong cannot be looked up, and fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pooler_rig import PSQL, Rig, docker, env, eventually, new_rig, tell

HERE = Path(__file__).parent
PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]
LIMIT = 4096
"""Bytes: docker/pgbouncer/upstream.sh says why."""

EVERYWHERE = [text for c in PRINTABLE for text in (f"{c}aZ9", f"aZ{c}9", f"aZ9{c}")]
ROTATED = ["".join(PRINTABLE[n:] + PRINTABLE[:n]) for n in range(len(PRINTABLE))]
"""The same in fewer passwords: each character is once the first, once the last and otherwise between."""

ODD = [
    *'"\\',
    *('""', "''", '\\"', '"\\', "a\\nb", "%41", "%", "%%s", "@HOST@", "@USER_QUOTED@", "${HOME}", "$(id)", "`id`"),
    *("#comment", ";comment", "[users]", "a = b", "*:*", "postgres://u:p@h/d", "a,b,c", "\tab\t", "\x01\x1b\x7f"),
    *("md5", "SCRAM-SHA-256", "kü€日", "\N{GRINNING FACE}", "no\N{NO-BREAK SPACE}break", "so\N{SOFT HYPHEN}ft"),
    *("\N{LATIN SMALL LIGATURE FI}", "e\N{COMBINING ACUTE ACCENT}", "שלום"),
    *("x" * 1000, "kü€日" * 100, "%" * LIMIT, '"' * LIMIT, "x" * LIMIT),
]
PASSWORDS = {f"role_{number}": password for number, password in enumerate(ROTATED + EVERYWHERE + ODD)}
ONE_EACH = {role: password for role, password in PASSWORDS.items() if password not in EVERYWHERE}
"""For the ways that give a pooler one password, and so need a start for each."""

ONE_VARIABLE = 128 * 1024
"""The longest text that Linux lets a variable be, name included."""


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig() as rig:
        quoted = {role: password.replace("'", "''") for role, password in PASSWORDS.items()}
        create = [f"CREATE ROLE {role} LOGIN PASSWORD '{password}';" for role, password in quoted.items()]
        docker_in(rig, "\n".join(create), "psql", *PSQL, "-U", "postgres", "-d", "app")
        yield rig


def docker_in(rig: Rig, text: str, *command: str) -> list[str]:
    """Runs a command in the Postgres container with a text on its stdin, and gives the lines it prints."""
    return docker("exec", "--interactive", rig.client.name, *command, text=text).stdout.splitlines()


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("passwords")
    folder.chmod(0o755)
    lines = [line for pair in ONE_EACH.items() for line in pair]
    (folder / "listed").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "listed"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["raw", "file"])
def test_every_password_logs_in_given_as_it_is(rig: Rig, listed: Path, way: str) -> None:
    mounts = [f"--volume={listed}:/listed:ro", f"--volume={HERE / 'each_password.sh'}:/each_password.sh:ro"]
    where = env({"POSTGRES_HOST": "db", "POSTGRES_DB": "app"})
    options = ["--read-only", "--tmpfs=/run/pgbouncer", f"--network={rig.id}", *mounts, *where, "--entrypoint=bash"]
    done = docker("run", "--rm", *options, rig.image, "/each_password.sh", "/listed", way)
    assert done.stdout.splitlines() == list(ONE_EACH)
    tell(f"{len(ONE_EACH)} passwords logged in, given {way}")


def test_every_password_logs_in_percent_encoded_in_a_numbered_url(rig: Rig, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    given = {"DATABASE_URL": "postgres://role_0:" + quote(PASSWORDS["role_0"], safe="") + "@db/app"}
    for number, (role, password) in enumerate(PASSWORDS.items()):
        name, url = f"DATABASE_URL_{number + 2}", f"postgres://{role}:{quote(password, safe='')}@db/app"
        if len(f"{name}={url}") >= ONE_VARIABLE:
            (tmp_path / name).write_text(url)
            given[f"{name}_FILE"] = f"/urls/{name}"
        else:
            given[name] = url
    pooler = rig.pooler(f"--volume={tmp_path}:/urls:ro", POSTGRES_HOST="", **given)
    eventually(pooler.accepts, "the pooler takes connections", seconds=30)

    escaped = {r: p.replace("\\", "\\\\").replace(":", "\\:") for r, p in PASSWORDS.items()}
    passfile = "".join(f"*:*:*:{role}:{password}\n" for role, password in escaped.items())
    docker_in(rig, passfile, "sh", "-c", "umask 077 && cat > /tmp/pgpass")
    script = "".join(f"\\c app {role}\nSELECT current_user;\n" for role in PASSWORDS)
    client = ["psql", *PSQL, "-h", pooler.name, "-p", "6432", "-U", "role_0", "-d", "app"]
    assert docker_in(rig, script, "env", "PGPASSFILE=/tmp/pgpass", *client) == list(PASSWORDS)
    tell(f"{len(PASSWORDS)} passwords logged in, given in URLs")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "no password"),
        ("s3cret\nmore", "has a line break in it"),
        ("s3cret\rmore", "has a line break in it"),
        ("s" * (LIMIT + 1), f"longer than {LIMIT} bytes, with which a login would hold up all others"),
        ("s" * 60_000, f"longer than {LIMIT} bytes"),
        ("ü" * (LIMIT // 2 + 1), f"longer than {LIMIT} bytes"),
        ("md5" + "0123456789abcdef" * 2, "has the form of a stored hash"),
        ("SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy", "has the form of a stored hash"),
    ],
    ids=["empty", "newline", "carriage return", "too long", "very long", "too many bytes", "md5", "scram"],
)
def test_a_password_that_cannot_work_is_refused_by_name(rig: Rig, password: str, why: str) -> None:
    given = env({"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": password})
    done = docker("run", "--rm", *given, rig.image, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"devpool-pgbouncer: POSTGRES_PASSWORD: {why}")
    assert (done.stderr.count("\n"), "s3cret" in done.stderr, "sss" in done.stderr) == (1, False, False)


def test_a_zero_byte_in_a_file_is_refused_by_name(rig: Rig, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "secret").write_bytes(b"s3cret\0more")
    given = env({"POSTGRES_HOST": "db", "POSTGRES_PASSWORD_FILE": "/secrets/secret"})
    done = docker("run", "--rm", f"--volume={tmp_path}:/secrets:ro", *given, rig.image, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("devpool-pgbouncer: POSTGRES_PASSWORD_FILE: the file has a zero byte in it; ")
