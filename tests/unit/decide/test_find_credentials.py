"""What the pooler is told of a login: as much as it needs, from where it is written, and nothing that cannot work."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, Files, changed, planned

from devpool.decide.credentials import Credentials
from devpool.decide.find_credentials import find_credentials
from devpool.decide.logins import LONGEST_PASSWORD
from devpool.errors import DevpoolError
from devpool.text.edits import apply

SHARED = "POSTGRES_PASSWORD=hunter2\nPOSTGRES_USER=app\nSTRIPE_KEY=sk_live_1\nDJANGO_SECRET_KEY=k\nTZ=UTC\nDB_HOST=db\n"
STRIPE = "sk_live_1"


def compose(database: str, app: str = "env_file: {file}") -> str:
    return f"services:\n  db:\n    image: postgres:17\n    {database}\n  web:\n    image: shop\n    {app}\n"


def credentials(files: Files | str, shell: dict[str, str] | None = None) -> Credentials:
    project, plan = planned(files, shell)
    return find_credentials(project, "db", [m.variable for m in plan.moves])


def block(files: Files | str, shell: dict[str, str] | None = None) -> list[str]:
    """The lines of the pooler's environment and env files."""
    project, changes = changed(files, shell)
    mine = [e for e in changes.edits if e.path == COMPOSE]
    lines = [line.strip() for line in apply(project.sources.loaded[COMPOSE].text, mine).splitlines()]
    block = lines[lines.index("pgbouncer:") :]
    return block[block.index("build: ./.devpool/pgbouncer") + 1 : block.index("depends_on:")]


def refusal(files: Files | str) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        changed(files)
    return caught.value


# --- only what it needs ---


@pytest.mark.parametrize("database", ["env_file: .env", "env_file: [.env]", "environment: {OTHER: x}"])
def test_the_file_that_compose_interpolates_with_is_not_given_but_named(database: str) -> None:
    files = {"compose.yml": compose(database, "env_file: .env"), ".env": SHARED}
    assert block(files) == [
        "environment:",
        "POSTGRES_HOST: db",
        'POSTGRES_PORT: "5432"',
        "POSTGRES_USER: ${POSTGRES_USER}",
        "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}",
        'PGBOUNCER_LISTEN_PORT: "5432"',
        "PGBOUNCER_POOL_MODE: transaction",
    ]


def test_another_file_of_the_database_is_given_without_what_is_not_for_the_pooler() -> None:
    files = {"compose.yml": compose("env_file: shop.env", "env_file: shop.env"), "shop.env": SHARED}
    lines = block(files)
    assert lines[:2] == ["env_file:", "- shop.env"]
    assert lines[lines.index("# What else the env file holds is not for the pooler.") + 1 :] == [
        'STRIPE_KEY: ""',
        'DJANGO_SECRET_KEY: ""',
        'DB_HOST: ""',
    ]


def test_an_app_s_file_gives_the_login_and_nothing_else() -> None:
    files = {"compose.yml": compose("shm_size: 64m", "env_file: web.env"), "web.env": SHARED}
    found = credentials(files)
    assert [use.path for use in found.env_files] == ["/project/web.env"]
    assert found.withheld == ("STRIPE_KEY", "DJANGO_SECRET_KEY", "DB_HOST")


def test_a_file_for_the_database_alone_is_given_as_it_is() -> None:
    own = "POSTGRES_PASSWORD=hunter2\nPOSTGRES_DB=app\nPGDATA=/data\nPOSTGRES_INITDB_ARGS=-k\nLC_ALL=C\nPATH=/bin\n"
    files = {"compose.yml": compose("env_file: db.env", "environment: {PGHOST: db}"), "db.env": own}
    assert credentials(files).withheld == ()


def test_settings_of_another_pooler_in_a_shared_file_are_not_ours() -> None:
    text = "POSTGRES_PASSWORD=x\nPGBOUNCER_DATABASE=app\nPGBOUNCER_LISTEN_PORT=1\nDATABASE_URL_2=postgres://u:p@x/y\n"
    files = {"compose.yml": compose("env_file: all.env", "environment: {PGHOST: db}"), "all.env": text}
    lines = block(files)
    assert [line for line in lines if line.endswith(': ""')] == ['PGBOUNCER_DATABASE: ""', 'DATABASE_URL_2: ""']
    assert 'PGBOUNCER_LISTEN_PORT: "5432"' in lines


def test_a_variable_of_the_shell_that_says_something_else_does_not_count() -> None:
    files = {"compose.yml": compose("env_file: .env", "env_file: .env"), ".env": SHARED}
    found = credentials(files, {"POSTGRES_PASSWORD": "of the shell"})
    assert ([use.path for use in found.env_files], found.copied) == (["/project/.env"], ())
    assert "STRIPE_KEY" in found.withheld


def test_no_value_of_a_shared_file_is_written() -> None:
    for name in (".env", "shop.env"):
        files = {"compose.yml": compose(f"env_file: {name}", f"env_file: {name}"), name: SHARED}
        _, changes = changed(files)
        written = "".join(str(e.new) for e in changes.edits) + str(changes.private)
        assert STRIPE not in written and "hunter2" not in written


# --- trust ---


@pytest.mark.parametrize("password", ["", "POSTGRES_PASSWORD: x, "])
def test_a_database_that_trusts_is_said_to_trust_also_with_a_password(password: str) -> None:
    database = f"environment: {{{password}POSTGRES_HOST_AUTH_METHOD: trust}}"
    lines = block(compose(database, "environment: {PGHOST: db}"))
    assert "POSTGRES_HOST_AUTH_METHOD: trust" in lines
    assert ("POSTGRES_PASSWORD: x" in lines) == bool(password)


def test_what_the_interpolated_file_says_the_server_asks_for_is_said_to_the_pooler() -> None:
    text = "POSTGRES_PASSWORD=x\nPOSTGRES_HOST_AUTH_METHOD=md5\n"
    files = {"compose.yml": compose("env_file: .env", "environment: {PGHOST: db}"), ".env": text}
    assert "POSTGRES_HOST_AUTH_METHOD: md5" in block(files)


# --- logins that cannot work ---

HASHES = ["md5" + "0123456789abcdef" * 2, "SCRAM-SHA-256$$4096:c2FsdA==$$c3RvcmVk:c2VydmVy"]


def with_password(password: str) -> list[Files]:
    """The same password where a database, an env file and an app's URL give it."""
    app = "environment: {PGHOST: db}"
    return [
        {"compose.yml": compose(f'environment: {{POSTGRES_PASSWORD: "{password}"}}', app)},
        {
            "compose.yml": compose("env_file: db.env", app),
            "db.env": f"POSTGRES_PASSWORD='{password}'\n".replace("$$", "$"),
        },
        {"compose.yml": compose("shm_size: 64m", f'environment: {{DATABASE_URL: "postgres://u:{password}@db/x"}}')},
    ]


@pytest.mark.parametrize("where", range(3))
def test_a_password_that_is_too_long_is_refused_by_name(where: int) -> None:
    found = refusal(with_password("ü" * (LONGEST_PASSWORD // 2) + "x")[where])
    assert (found.code, "4,097 bytes" in found.message, "üü" in str(found)) == ("password-too-long", True, False)
    assert "--direct web" in found.hint and found.where.startswith("/project/")


@pytest.mark.parametrize("where", range(3))
def test_the_longest_password_is_taken(where: int) -> None:
    changed(with_password("x" * LONGEST_PASSWORD)[where])


@pytest.mark.parametrize("password", HASHES)
@pytest.mark.parametrize("where", range(3))
def test_a_password_in_the_form_of_a_hash_is_refused_by_name(password: str, where: int) -> None:
    found = refusal(with_password(password)[where])
    assert found.code == "password-like-a-hash"
    assert password.replace("$$", "$") not in found.message + found.hint


@pytest.mark.parametrize("password", ["md5", "md5" + "0" * 31, "md5" + "G" * 32, "SCRAM-SHA-256", "xmd5" + "0" * 32])
@pytest.mark.parametrize("where", range(3))
def test_a_password_that_only_begins_like_a_hash_is_taken(password: str, where: int) -> None:
    changed(with_password(password)[where])


@pytest.mark.parametrize(
    "stated",
    [
        r'POSTGRES_PASSWORD: "a\nb"',
        r'POSTGRES_PASSWORD: x, POSTGRES_USER: "a\rb"',
        'POSTGRES_PASSWORD: x, POSTGRES_USER: " app"',
        f"POSTGRES_PASSWORD: x, POSTGRES_USER: {'u' * 128}",
        f"POSTGRES_PASSWORD: x, POSTGRES_DB: {'d' * 64}",
        "POSTGRES_PASSWORD: x, POSTGRES_DB: pgbouncer",
        "POSTGRES_PASSWORD: x, POSTGRES_DB: devpool_health",
    ],
)
def test_a_login_that_the_pooler_would_not_start_with_is_refused_by_name(stated: str) -> None:
    found = refusal(compose(f"environment: {{{stated}}}", "environment: {PGHOST: db}"))
    assert (found.code, "--direct web" in found.hint) == ("login-unusable", True)
