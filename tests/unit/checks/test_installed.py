"""What an app's container tells of its packages, its source and Django's settings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from devpool.checks.installed import Mention, flags_in, read_installed
from devpool.resources import inside

ANSWER = """\
file /usr/lib/python3/dist-packages/django-4.2.28.dist-info -
file /usr/lib/python3/dist-packages/psycopg-3.2.6.dist-info -
file /usr/lib/x86_64-linux-gnu/libpq.so.5.17 -
file /app/node_modules/@prisma/client/package.json 5.11.0
go github.com/jackc/pgx/v5 v5.6.0
source ./config/database.yml:7:prepared_statements: false
start /docker-entrypoint.sh:12:rake db:migrate
a word that the app's settings printed
libpq 16
django {"alias": "default", "CONN_MAX_AGE": 60}
django no json
"""


def test_an_answer_that_nests_without_end_is_no_object() -> None:
    assert read_installed("web", "django " + "[" * 200_000).django == ()


def test_packages_have_their_versions() -> None:
    found = read_installed("web", ANSWER)
    assert found.packages == {
        "django": "4.2.28",
        "psycopg": "3.2.6",
        "libpq": "16",  # what psycopg really uses counts before what lies on the disk
        "@prisma/client": "5.11.0",
        "github.com/jackc/pgx/v5": "5.6.0",
    }


def test_the_source_and_djangos_settings_are_read_and_the_rest_passed_over() -> None:
    found = read_installed("web", ANSWER, flags_in({"DATABASE_URL": "postgres://db/x?pgbouncer=true", "OTHER": "x"}))
    assert found.mentions == (Mention(place="config/database.yml:7", text="prepared_statements: false"),)
    assert found.start == (Mention(place="/docker-entrypoint.sh:12", text="rake db:migrate"),)
    assert found.django == ({"alias": "default", "CONN_MAX_AGE": 60},)
    assert (found.app, found.flags, found.problem) == (
        "web",
        (Mention(place="DATABASE_URL", text="pgbouncer=true"),),
        "",
    )


@pytest.mark.parametrize(
    ("path", "name", "version"),
    [
        ("/x/Django-3.2.egg-info", "django", "3.2"),
        ("/x/psycopg2_binary-2.9.9.dist-info", "psycopg2_binary", "2.9.9"),
        ("/x/SQLAlchemy-2.0.30-py3.12.egg-info", "sqlalchemy", "2.0.30"),
        ("/x/psycopg_binary.libs/libpq-3f6fe8e1.so.5.16", "libpq", "16"),
        ("/gems/activerecord-7.1.3.2.gemspec", "activerecord", "7.1.3.2"),
        ("activerecord-7.2.1.gemspec", "activerecord", "7.2.1"),
        ("/app/lib/postgrex-0.17.5", "postgrex", "0.17.5"),
        ("/jars/postgresql-42.7.3.jar", "postgresql", "42.7.3"),
        ("/usr/lib/php/pdo_pgsql.so", "pdo_pgsql", ""),
        ("/app/vendor/laravel/framework", "laravel", ""),
    ],
)
def test_a_name_on_the_disk_is_a_package_with_its_version(path: str, name: str, version: str) -> None:
    assert read_installed("web", f"file {path} -\n").packages == {name: version}


def test_an_empty_answer_is_an_app_of_which_nothing_is_known() -> None:
    assert read_installed("web", "").packages == {}


def test_a_driver_in_a_program_without_modules_is_known_by_its_name_alone() -> None:
    assert read_installed("web", "go github.com/lib/pq -\ngo github.com/jackc/pgx/v5 -\n").packages.keys() == {
        "github.com/lib/pq",
        "github.com/jackc/pgx/v5",
    }


@pytest.mark.parametrize(("status", "cut"), [(124, True), (143, True), (0, False), (1, False)])
def test_a_search_that_was_stopped_says_so(tmp_path: Path, status: int, *, cut: bool) -> None:
    (tmp_path / "timeout").write_text(f"#!/bin/sh\nexit {status}\n")
    (tmp_path / "timeout").chmod(0o755)
    shell = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", "-c", inside("installed.sh")], cwd=tmp_path, env=shell, capture_output=True, text=True, check=False
    )
    found = read_installed("web", done.stdout)
    assert (found.cut, found.packages, found.mentions) == (cut, {}, ())


def test_what_ends_statements_with_sql_is_known_by_its_name() -> None:
    found = read_installed("web", "sql /usr/lib/php/pdo_pgsql.so\nsql /usr/lib/pdns/libgpgsqlbackend.so\n")
    assert found.deallocates == ("pdo_pgsql.so", "libgpgsqlbackend.so")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\0DEALLOCATE %s\0", True),
        (b'\0DEALLOCATE "%s"\0', True),
        (b"\0DEALLOCATE \0Query\0", True),
        (b"\0DEALLOCATE ALL\0", False),  # for the end of a session, and in the parser of Postgres
        (b"\0DEALLOCATE\0PQclosePrepared\0", False),
    ],
)
def test_a_library_that_has_the_words_is_found(tmp_path: Path, text: bytes, *, told: bool) -> None:
    library = tmp_path / "pdo_pgsql.so"
    library.write_bytes(b"\x7fELF\n" + text)
    (tmp_path / "find").write_text(f"#!/bin/sh\necho {library}\n")
    (tmp_path / "find").chmod(0o755)
    shell = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", "-c", inside("installed.sh")], cwd=tmp_path, env=shell, capture_output=True, text=True, check=False
    )
    assert read_installed("web", done.stdout).packages == {"pdo_pgsql": ""}
    assert (f"sql {library}" in done.stdout.splitlines()) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [("#!/bin/sh\n# first\nrake db:migrate\n", "3:rake db:migrate"), ("\x7fELF\nrake db:migrate\n", "")],
)
def test_the_script_that_a_container_starts_with_is_read_and_no_program(tmp_path: Path, text: str, told: str) -> None:
    script = tmp_path / "entry.sh"
    script.write_text(text)
    script.chmod(0o755)
    (tmp_path / "find").write_text("#!/bin/sh\n")
    (tmp_path / "find").chmod(0o755)
    words = ["sh", "-c", inside("installed.sh"), "sh", "1", str(script)]
    shell = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(words, cwd=tmp_path, env=shell, capture_output=True, text=True, check=False)
    assert [line for line in done.stdout.splitlines() if line.startswith("start")] == (
        [f"start {script}:{told}"] if told else []
    )


def test_packages_of_node_that_take_session_locks_are_named_once(tmp_path: Path) -> None:
    texts = {
        "unleash-server/dist/lock.js": "query('SELECT pg_advisory_lock($1)')",
        "unleash-server/dist/again.js": "query('SELECT pg_try_advisory_lock($1)')",
        "@shop/locking/index.mjs": "sql`SELECT pg_advisory_lock(${key})`",
        "pg-boss/src/plans.js": "SELECT pg_advisory_xact_lock(1)",
        "node-pg-migrate/dist/runner.js": "SELECT pg_try_advisory_lock(1)",  # a tool, with a note of its own
    }
    for path, text in texts.items():
        file = tmp_path / "node_modules" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "find").write_text("#!/bin/sh\n")
    (tmp_path / "find").chmod(0o755)
    shell = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", "-c", inside("installed.sh")], cwd=tmp_path, env=shell, capture_output=True, text=True, check=False
    )
    assert read_installed("web", done.stdout).locks == ("node_modules/@shop/locking", "node_modules/unleash-server")
