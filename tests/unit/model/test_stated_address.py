"""What names a database's host as an address, and what only mentions it."""

from __future__ import annotations

import pytest

from devpool.model.stated_address import may_say, stated_addresses

HOSTS = ("db", "postgres")
ADDRESSES = [
    ("main.go", 'connect("postgres://u:%s@db:5432/x")'),
    ("app.cs", '"Server=db;Username=postgres;Password=x;"'),
    ("app.properties", "spring.datasource.url=jdbc:postgresql://db/x"),
    ("app.properties", "spring.datasource.url=jdbc:postgresql://${DB_HOST:db}:5432/x"),
    ("app.py", 'dsn = "host=db user=app dbname=x"'),
    ("settings.py", "DATABASES = {\n    'ENGINE': 'postgresql',\n    'HOST': 'db',\n}"),
    ("settings.py", "DB_HOST = os.getenv('POSTGRES_HOST', 'postgres')"),
    ("settings.py", "DB_HOST = config('DB_HOST', default='db')"),
    ("database.yml", "development:\n  host: db"),
    ("database.yml", 'default:\n  host: <%= ENV.fetch("DB_HOST") { "db" } %>'),
    ("runtime.exs", 'config :shop, Shop.Repo,\n  hostname: System.get_env("POSTGRES_HOST", "postgres")'),
    ("server.js", "const host = process.env.DB_HOST || 'db'"),
    ("server.js", "const pool = new Pool({\n  database: 'x',\n  host: 'db',\n})"),
    ("lemmy.hjson", '{\n  database: {\n    host: "db"\n  }\n}'),
    ("knexfile.js", "const c = {\n  client: 'pg',\n  connection: {\n    host: 'db',\n  },\n}"),
    ("persistence.xml", '<property name="url" value="jdbc:postgresql://db:5432/x"/>'),
    ("odoo.conf", "[options]\ndb_host = db"),
    ("wp-config.php", "define('DB_HOST', 'db:5432');"),
    ("app.toml", '[database]\nhost = "db"'),
    (".env", "DB_HOST=db\nDB_PORT=5432"),
    (".env", "export DATABASE_URL=postgres://u:p@db/x"),
    (".env.local", "PGHOST=db"),
]
MENTIONS = [
    ("app.py", "# postgres://u@db/x"),
    ("app.py", '"""Goes to postgres://u@db/x."""'),
    ("app.py", "from shop import db"),
    ("app.py", "db.host = read()"),
    ("app.py", 'url = "redis://db/0"'),
    ("app.py", 'url = "postgres://u@db.example.org/x"'),
    ("app.py", 'url = "postgres://db@localhost/x"'),
    ("app.py", 'cache = {"host": "db"}'),
    ("settings.py", 'ALLOWED_HOSTS = ["db"]'),
    ("settings.py", "REDIS_HOST = os.getenv('REDIS_HOST', 'db')"),
    ("app.toml", '[server]\nhost = "db"'),
    ("database.yml", "test:\n  adapter: postgresql\n  host: db"),
    ("database.yml", "production:\n  adapter: postgresql\n  socket: db"),
    ("config.json", '{\n  "test": {\n    "host": "db",\n    "dialect": "postgres"\n  }\n}'),
    ("app.yml", "command: wait-for postgres://u@db/x"),
    ("stack.yml", "services:\n  web:\n    environment:\n      DATABASE_URL: postgres://u@db/x"),
    ("app.yml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  DB_HOST: db"),
    ("appsettings.Staging.json", '"Host=db;Username=u;Database=x"'),
    (".env", "# DB_HOST=db"),
    (".env", "REDIS_HOST=db\nDB_NAME=x"),
    (".env", "COMPOSE_PROFILES=db"),
]


@pytest.mark.parametrize(("path", "text"), ADDRESSES)
def test_an_address_is_found(path: str, text: str) -> None:
    found = list(stated_addresses(f"/app/{path}", text, HOSTS, {}))
    assert [(a.host in HOSTS, a.port, a.demand) for a in found] == [(True, "5432", "")]


@pytest.mark.parametrize("text", ["mail: {host: db, port: 25}", "server: {host: db, name: x}"])
def test_a_host_on_one_line_with_others_is_that_of_a_database_where_they_say_so(text: str) -> None:
    assert list(stated_addresses("/app/app.yml", text, HOSTS, {})) == []


@pytest.mark.parametrize(("path", "text"), MENTIONS)
def test_a_mention_is_no_address(path: str, text: str) -> None:
    assert list(stated_addresses(f"/app/{path}", text, HOSTS, {})) == []


def test_the_line_counts_from_one() -> None:
    [found] = stated_addresses("/app/database.yml", "default:\n  adapter: postgresql\n  host: db\n", HOSTS, {})
    assert found.line == 3


@pytest.mark.parametrize(
    ("text", "port", "demand"),
    [
        ("url: postgres://u@db:5433/x?sslmode=require", "5433", "require"),
        ("database:\n  host: db\n  port: 5433\n  sslmode: verify-full", "5433", "verify"),
        ("database:\n  host: db\n\nserver:\n  port: 3000", "5432", ""),
        ("database:\n  host: db\n  # sslmode: verify-full", "5432", ""),
        ("APP_PORT=8000\nDB_HOST=db\nREDIS_PORT=6379", "5432", ""),
        ("APP_PORT=8000\nDB_HOST=db\nDB_PORT=5433", "5433", ""),
        ("PGHOST=db\nPGPORT=5433\nPORT=8000", "5433", ""),
        ("PORT=8000\nhost=db\ndbname=x", "8000", ""),
        ("database: {host: db, port: 5433}", "5433", ""),
        ('"postgres": {"host": "db", "port": 5433, "user": "u"},', "5433", ""),
        ("DATABASES = {'default': {'HOST': 'db', 'NAME': 'x'}}", "5432", ""),
        ("client({ host: 'db', user: 'u', database: 'x' })", "5432", ""),
    ],
)
def test_what_a_text_says_beside_the_host(text: str, port: str, demand: str) -> None:
    [found] = stated_addresses("/app/app.yml", text, HOSTS, {})
    assert (found.port, found.demand) == (port, demand)


@pytest.mark.parametrize(
    ("path", "text", "variables", "count"),
    [
        ("settings.py", "HOST = os.getenv('DB_HOST', 'db')", {"DB_HOST": "elsewhere"}, 0),
        ("app.js", 'url = env("DATABASE_URL", "postgres://u@db/x")', {"DATABASE_URL": "postgres://u@e.org/x"}, 0),
        ("database.yml", "development:\n  host: db", {"RAILS_ENV": "production"}, 0),
        ("database.yml", "production:\n  host: db", {"RAILS_ENV": "production"}, 1),
        ("application-docker.yml", "url: jdbc:postgresql://db/x", {"SPRING_PROFILES_ACTIVE": "a,docker"}, 1),
        ("application-docker.yml", "url: jdbc:postgresql://db/x", {}, 0),
        ("dev.exs", 'config :shop, Shop.Repo,\n  hostname: "db"', {"MIX_ENV": "prod"}, 0),
    ],
)
def test_what_a_service_is_given_decides_what_it_reads(
    path: str, text: str, variables: dict[str, str], count: int
) -> None:
    assert len(list(stated_addresses(f"/app/{path}", text, HOSTS, variables))) == count


@pytest.mark.parametrize(
    "name", ["config/database.yml", "shop/settings.py", "appsettings.docker.json", "main.go", ".env"]
)
def test_files_that_may_say_it(name: str) -> None:
    assert may_say(name)


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "docs/setup.yml", "compose.prod.yml", "docker-compose.yml", "tests/settings.py", "test_db.py"),
        *("db/migrate/1.rb", "migrations/0001.py", "config.example.yml", "wait_for_db.py", "start.sh", ".env.example"),
        *("node_modules/pg/a.js", "package.json", "db.test.ts", "init.sql", "Dockerfile", ".github/workflows/a.yml"),
    ],
)
def test_files_that_mention_it_for_another_reason(name: str) -> None:
    assert not may_say(name)
