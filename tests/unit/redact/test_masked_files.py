"""The user's files as they are shown: in whatever form a secret is written, it is masked, and addresses are not."""

from __future__ import annotations

import textwrap

import pytest

from devpool.redact.masked_diff import difference
from devpool.redact.masked_files import masked_lines, withheld
from devpool.redact.sentences import masked
from devpool.redact.shown_values import POOLER_SETTINGS
from devpool.resources import setting_types

SECRET = "hunter2-Geheim"  # in places that take names alone it is `hunter2`
KNOWN = frozenset({"db", "web", "pgbouncer"})

ENVIRONMENT = [
    "DB_PASSWORD: SECRET",
    "DB_PASSWORD: 'SECRET'",
    'DB_PASSWORD: "SECRET"',
    "DB_PASSWORD: |-\n  SECRET",
    "DB_PASSWORD: |\n  SECRET\n  SECRET",
    "DB_PASSWORD: >-\n  SECRET\n\n  SECRET",
    "DB_PASSWORD: |2-\n    SECRET",
    "DB_PASSWORD:\n  SECRET",
    "DB_PASSWORD:\n\n  # no comment\n  'SECRET'",
    "DB_PASSWORD: 'first\n  SECRET'",
    'DB_PASSWORD: "first\n  SECRET\n  last"',
    'DB_PASSWORD: "first \\\n  SECRET"',
    "DB_PASSWORD: first\n  SECRET",
    "? DB_PASSWORD\n: SECRET",
    "? 'DB_PASSWORD'\n: |-\n  SECRET",
    "'DB_PASSWORD': SECRET",
    "DB_PASSWORD : SECRET",
    "DB_PASSWORD: &pw SECRET",
    "DB_PASSWORD: !!str SECRET",
    "DB_PASSWORD: SECRET # SECRET",
    "DB_PW: SECRET",
    "DBPW: SECRET",
    "PW: SECRET",
    "STRIPE_KEY: SECRET",
    "ENCRYPTION_KEY: SECRET",
    "SALT: SECRET",
    "LICENSE: SECRET",
    "PLAIN: SECRET",
    "USER: SECRET:SECRET",
    "HOST: u:SECRET@db",
    "db.password: SECRET",
    "dbPassword: SECRET",
    "DATABASE_URL: postgres://u:SECRET@db:5432/x",
    "DATABASE_URL: postgres://u:a@SECRET@db:5432/x",
    "DATABASE_URL: postgres://u:a/SECRET@db:5432/x",
    "DATABASE_URL: postgres://u:a SECRET@db:5432/x",
    "DATABASE_URL: 'postgres://u:a#SECRET@db:5432/x'",
    "DATABASE_URL: postgres://db:5432/x?user=u&password=SECRET",
    "DATABASE_URL: postgres:///x?host=db&password=SECRET",
    "DATABASE_URL: >-\n  postgres://u:SECRET\n  @db/x",
    'DATABASE_URL: "postgres://u:SECRET\\\n  @db/x"',
    "DATABASE_URL: ${DATABASE_URL:-postgres://u:SECRET@db:5432/x}",
    "DATABASE_URL: postgres://u:${PW:-SECRET}@db:5432/x",
    "DB_PASSWORD: ${PW:-SECRET}",
    "DB_PASSWORD: ${PW:?SECRET}",
    "DB_PASSWORD: ${A:-${B:-SECRET}}",
    "JDBC: jdbc:postgresql://db/x?password=SECRET",
    "DSN: host=db password=SECRET dbname=x",
    "DSN: host=db password='a SECRET' dbname=x",
    "DSN: Host=db;Password=a SECRET;Database=x",
    "REDIS: redis://:SECRET@redis:6379/0",
    "HOOK: https://hooks.example.com/services/SECRET",
    "SENTRY_DSN: https://SECRET@sentry.example.com/1",
    'CONFIG: \'{"host": "db", "pw": "SECRET"}\'',
    'CONFIG: "{\\"host\\": \\"db\\", \\"pw\\": \\"SECRET\\"}"',
    "CONFIG: |\n  spring:\n    url: jdbc:postgresql://db/x\n    password: SECRET",
    "CONFIG: |\n  password: |-\n    SECRET",
    "CONFIG: |\n  [db]\n  pw = SECRET",
    "CERT: |\n  -----BEGIN PRIVATE KEY-----\n  SECRETAAAA==\n  -----END PRIVATE KEY-----",
    "OPTIONS: -c password=SECRET",
    "JAVA_OPTS: -Ddb.password=SECRET -Ddb.url=jdbc:postgresql://db/x",
    '{DB_PASSWORD: SECRET, PLAIN: "SECRET"}',
    "{A: b,\n  DB_PASSWORD:\n    SECRET}",
    *(f"PGBOUNCER_{name}: SECRET" for name in ("PWD", "PW", "AUTH", "CRED", "AUTH_LDAP_OPTIONS")),
    "PGBOUNCER_LOGIN: 'u:SECRET'",
    "POOLER_CRED: SECRET",
    "DB_CREDS_NAME: SECRET",
    "A: ${PGBOUNCER_PWD:-SECRET}",
    "A: 'https://SECRET:@api.example.com'",
    "A: https://SECRET:x-oauth-basic@github.com",
    "A: b\n# SECRET is the admin password",
    "A: b\n# (SECRET) is the token",
    "- DB_PASSWORD=SECRET",
    "- 'DB_PASSWORD=SECRET'",
    "- DB_PASSWORD=first\n  SECRET",
    '- "DATABASE_URL=postgres://u:SECRET@db:5432/x"',
    "- >-\n  DB_PASSWORD=SECRET",
    "['DB_PASSWORD=SECRET', PLAIN=SECRET]",
    "A: b\n# DB_PASSWORD: SECRET",
    "A: b\n# DB_PASSWORD=SECRET",
    "A: b\n# old: DATABASE_URL=postgres://u:SECRET@db/x",
    "A: b\n# DB_PASSWORD: |-\n#   SECRET",
    "A: b\n# the password was SECRET",
    "A: b # pw SECRET",
    "A: b\n#SECRET",
]
SERVICE = [
    "command: --password SECRET",
    "command: serve --password=SECRET --db postgres://u:SECRET@db/x",
    "command: sh -c 'PGPASSWORD=SECRET psql -h db'",
    "command: mysql -pSECRET",
    "command: [serve, --password, SECRET]",
    "command: [serve, --password=SECRET]",
    "command:\n  - serve\n  - -p\n  - SECRET",
    'command: ["sh", "-c", "echo SECRET | psql"]',
    "entrypoint: |\n  sh -c 'login u SECRET'",
    "healthcheck: {test: [CMD, redis-cli, -a, SECRET]}",
    "build: {context: ., args: {PW: SECRET}}",
    "build: {context: 'https://u:SECRET@git.example.com/x.git'}",
    "build: https://SECRET@git.example.com/x.git",
    "image: ${IMAGE_TOKEN:-SECRET}",
    "labels: {auth: 'u:SECRET'}",
    "labels: ['auth=SECRET']",
    "logging: {driver: x, options: {token: SECRET}}",
    "x-secret: SECRET",
    "x-list: [SECRET]",
    "build: {context: ., args: [SECRET]}",
    "labels: [SECRET]",
    "labels: [[SECRET]]",
    "command: [[serve, [-p, SECRET]]]",
    "user: root:SECRET",
]
ENV_FILE = [
    "DB_PASSWORD=SECRET",
    "export DB_PASSWORD=SECRET",
    "DB_PASSWORD: SECRET",
    "DB_PASSWORD = SECRET",
    "DB_PASSWORD='SECRET'",
    'DB_PASSWORD="SECRET"',
    "DB_PASSWORD='first\nSECRET'",
    'DB_PASSWORD="first\nSECRET\nlast"',
    "DB_PW=SECRET",
    "PGBOUNCER_PWD=SECRET",
    "PGBOUNCER_PW=SECRET",
    "PLAIN=SECRET",
    "PLAIN=SECRET # SECRET",
    "DATABASE_URL=postgres://u:SECRET@db:5432/x",
    "DATABASE_URL='postgres://u:SECRET@db:5432/x'",
    'DB_PASSWORD="SECRET',
    "DB_PASSWORD='SECRET\nA=SECRET",
    "SECRET",
    "SECRET SECRET",
    "# DB_PASSWORD=SECRET",
    "#DB_PASSWORD=SECRET",
    "# the password: SECRET",
    'A=b "SECRET"',
    'A="b" SECRET',
]


def compose(entry: str, below: str) -> str:
    indent = "      " if below else "    "
    body = textwrap.indent(entry.replace("SECRET", SECRET), indent)
    return f"services:\n  db: {{image: 'postgres:17'}}\n  web:\n    image: app\n{below}{body}\n    depends_on: [db]\n"


def assert_masked(text: str, *, env: bool) -> None:
    """No line shows the secret, the lines are those of the file, and a diff of any change shows none either."""
    data = text.encode()
    lines = masked_lines("x", data, KNOWN, env=env)
    assert SECRET not in "".join(lines)
    assert "hunter2" not in "".join(lines)
    assert "".join(lines).count("\n") == text.count("\n")
    rows = text.splitlines(keepends=True)
    for number in range(len(rows)):
        changed = "".join([*rows[:number], f"# {number}\n", *rows[number:]]).encode()
        for before, after in ((data, changed), (changed, data)):
            shown = "".join(difference("x", before, after, KNOWN, env=env))
            assert shown.startswith("--- a/x\n+++ b/x\n@@ -")
            assert "hunter2" not in shown


@pytest.mark.parametrize("entry", ENVIRONMENT)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_secret_among_variables_is_masked(entry: str, newline: str) -> None:
    assert_masked(compose(entry, "    environment:\n").replace("\n", newline), env=False)


@pytest.mark.parametrize("entry", SERVICE)
def test_a_secret_elsewhere_in_a_service_is_masked(entry: str) -> None:
    assert_masked(compose(entry, ""), env=False)


@pytest.mark.parametrize("text", ENV_FILE)
@pytest.mark.parametrize("after", ["", "LAST=x\n"])
def test_a_secret_in_an_env_file_is_masked(text: str, after: str) -> None:
    assert_masked(f"FIRST=x\n{text.replace('SECRET', SECRET)}\n{after}", env=True)


@pytest.mark.parametrize("text", ["a: [SECRET\n", "SECRET", "a: b\n\tc: SECRET\n", "a: *SECRET\n", "? [a]\n: SECRET\n"])
def test_of_a_file_that_cannot_be_parsed_nothing_is_shown(text: str) -> None:
    assert_masked(text.replace("SECRET", SECRET), env=False)


def test_what_the_user_has_to_see_is_seen() -> None:
    text = compose(
        "A: postgres://u:SECRET@db:5432/x?sslmode=disable\nB: jdbc:postgresql://pgbouncer:6432/x\nDB_HOST: db\n"
        "BACKEND: db\nPORT: 5432\nPOSTGRES_USER: app\nPOSTGRES_DB: shop\nDEBUG: 'true'\nPW: ${PW}\n"
        "E: ${X:-postgres://u:SECRET@db/y}\n"
        "DSN: host=db port=5432 dbname=x password=SECRET\nPW_FILE: /run/secrets/pw",
        "    environment:\n",
    )
    shown = "".join(masked_lines("x", text.encode(), KNOWN, env=False))
    assert shown == text.replace("PW: ***", "PW: ${PW}").replace(f":{SECRET}@", ":***@").replace(
        f"password={SECRET}", "***"
    )


def test_a_line_whose_secret_alone_was_changed_is_shown_as_changed() -> None:
    shown = "".join(difference("x", b"PW=a\n", b"PW=b\n", KNOWN, env=True))
    assert shown == "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-PW=***\n+PW=***\n"


def test_a_value_of_great_length_is_masked_in_no_time() -> None:
    for piece in ("://a:", "x=", "a ", "@", "${", "'", "--a "):
        assert masked(piece * 100_000, "X").strip() == "***"
        masked(piece * (9_000 // len(piece)), "X")


@pytest.mark.parametrize("text", ["a: {labels: {x: 'VALUE'}}\n", "a: b\n# VALUE\n", "a: b\n# x: VALUE\n"])
def test_defaults_within_defaults_are_masked_however_deep(text: str) -> None:
    value = "${A:-" * 1_000 + SECRET + "}" * 1_000
    assert_masked(text.replace("VALUE", value), env=False)
    assert_masked(f"A={value}\n", env=True)


@pytest.mark.parametrize("key", ["secrets", "file", "target", "path", "init", "image", "service"])
@pytest.mark.parametrize("value", [SECRET, "hunter2"])
def test_below_an_extension_no_key_is_composes_own(key: str, value: str) -> None:
    assert_masked(f"x-db: &db\n  {key}: {value}\n  a: [{{{key}: [{value}]}}]\n", env=False)


@pytest.mark.parametrize("entry", ["labels: [hunter2]", "build: {context: ., args: [hunter2]}", "user: root:hunter2"])
def test_a_word_that_is_no_variable_is_masked(entry: str) -> None:
    assert_masked(compose(entry, ""), env=False)


def test_the_settings_of_the_pooler_are_those_of_its_image() -> None:
    texts = {"auth_ldap_options", "auth_query", "db_auth_query", "db_connect_query", "login_notify_message"}
    texts |= {"server_check_query", "server_reset_query"}
    names = {line.split()[0] for line in setting_types().splitlines()} - texts
    own = {"preset", "session_database", "metrics_folder"}
    assert {f"PGBOUNCER_{name.upper()}" for name in names | own} == POOLER_SETTINGS


def test_what_another_program_quotes_is_withheld_whole_or_cut_short() -> None:
    files = [("c.yml", compose(f"PW: {SECRET}\nESC: 'x'", "    environment:\n").encode(), False)]
    files.append((".env", f'PW="{SECRET}-2\n'.encode(), True))
    for said in (
        f'invalid "{SECRET}"',
        f"Invalid hostPort: {SECRET}",
        "parsing hunter2: x",
        f"bad {SECRET}-2",
        "hunter2-G...",
    ):
        assert "hunter2" not in withheld(said, files)
    said = 'service "web" depends on undefined service db: image app'
    assert withheld(said, files) == said
    assert withheld(f"Invalid containerPort: {SECRET}-3", files, [f"{SECRET}-3"]) == "Invalid containerPort: ***"
