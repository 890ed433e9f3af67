"""The migration tools that devpool knows: how each is recognized, its command, and what it reads for an address.

A new tool is an entry of `TOOLS`; docs/migrations.md is made from it. `{python}` in a command is the interpreter that
the project's own commands call, `{exec}` how its package manager runs a program, `{run}` a `poetry run` or the like,
`{file}` the file that told of the tool and `{folder}` the folder that it is in.
"""

from __future__ import annotations

from dataclasses import dataclass

# What projects call the direct address, whatever their tool (Prisma, Neon, Vercel and others): each is exported.
DIRECT_NAMES = (
    "DIRECT_URL",
    "DIRECT_DATABASE_URL",
    "DATABASE_URL_DIRECT",
    "DATABASE_DIRECT_URL",
    "DATABASE_URL_UNPOOLED",
    "POSTGRES_URL_NON_POOLING",
    "MIGRATION_DATABASE_URL",
)
NONE, TABLE, TRANSACTION, SESSION = "none", "a lock table", "an advisory lock of a transaction", "a session lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A file by which a tool is known, and the command then.

    Attributes:
        file: its path below the project's folder, with `*` as a shell has it.
        says: a regular expression that its text must match; "" for any text.
        command: the words; empty for the tool's own.
    """

    file: str
    says: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A migration tool.

    Attributes:
        name: as its makers write it.
        command: what applies all that is due.
        ways: how it is recognized; the first that fits counts.
        spoken: a regular expression for a command that migrates with it, an image's name before it among the words.
        url: variables in which it takes a `postgres://` URL.
        jdbc: variables in which it takes a JDBC URL.
        fixed: further variables that it needs then.
        lock: what keeps two of its runs apart.
        unless: files that say that the others are another tool's.
    """

    name: str
    command: tuple[str, ...]
    ways: tuple[Way, ...]
    spoken: str
    url: tuple[str, ...] = ()
    jdbc: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    lock: str = NONE
    unless: tuple[str, ...] = ()


_SQL_FOLDERS = ("migrations", "db/migrations", "database/migrations", "sql/migrations", "internal/db/migrations")
_URL = ("DATABASE_URL",)


def _sql(pattern: str, says: str = "", *command: str) -> tuple[Way, ...]:
    return tuple(Way(file=f"{folder}/{pattern}", says=says, command=command) for folder in _SQL_FOLDERS)


TOOLS = (
    Tool(
        name="Django",
        command=("{run}", "{python}", "manage.py", "migrate"),
        ways=(Way(file="manage.py", says=r"(?i)django"),),
        spoken=r"manage\.py\s+migrate\b|\bdjango-admin\s+migrate\b",
    ),
    Tool(
        name="Alembic",
        command=("{run}", "alembic", "upgrade", "head"),
        ways=(
            Way(file="alembic.ini"),
            Way(file="pyproject.toml", says=r"(?m)^\[tool\.alembic"),
            Way(file="migrations/alembic.ini", command=("{run}", "flask", "db", "upgrade")),
        ),
        spoken=r"\balembic\b.*\bupgrade\b|\bflask\b.*\bdb\s+upgrade\b",
    ),
    Tool(
        name="Rails",
        command=("bundle", "exec", "rails", "db:migrate"),
        ways=(
            Way(file="bin/rails", command=("bin/rails", "db:migrate")),
            Way(file="Gemfile", says=r"(?m)^\s*gem\s+[\"']rails[\"']"),
        ),
        spoken=r"\b(rails|rake)\b.*\bdb:(migrate|prepare)\b(?!:status\b)",
        lock=SESSION,
    ),
    Tool(
        name="Prisma",
        command=("{exec}", "prisma", "migrate", "deploy"),
        ways=(
            Way(file="prisma/schema.prisma"),
            Way(file="schema.prisma"),
            Way(file="prisma/schema/*.prisma"),
            Way(file="prisma.config.*"),
        ),
        spoken=r"\bprisma\s+(migrate\s+(deploy|dev)|db\s+push)\b",
        lock=SESSION,
    ),
    Tool(
        name="Drizzle",
        command=("{exec}", "drizzle-kit", "migrate"),
        ways=(Way(file="drizzle.config.*"),),
        spoken=r"\bdrizzle-kit\s+(migrate|push)\b",
    ),
    Tool(
        name="Knex",
        command=("{exec}", "knex", "migrate:latest"),
        ways=(Way(file="knexfile.*"),),
        spoken=r"\bknex\b.*\bmigrate:(latest|up)\b",
        lock=TABLE,
    ),
    Tool(
        name="TypeORM",
        command=("{exec}", "typeorm", "migration:run"),
        ways=(
            Way(file="ormconfig.*"),
            Way(
                file="dist/data-source.js",
                says=r"typeorm",
                command=("{exec}", "typeorm", "migration:run", "-d", "{file}"),
            ),
            *(
                Way(
                    file=f"{folder}data-source.{suffix}",
                    says=r"typeorm",
                    command=("{exec}", program, "migration:run", "-d", "{file}"),
                )
                for folder in ("src/", "", "src/database/", "src/db/")
                for suffix, program in (("ts", "typeorm-ts-node-commonjs"), ("js", "typeorm"))
            ),
        ),
        spoken=r"\btypeorm\S*\s+(.*\s)?migration:run\b",
    ),
    Tool(
        name="Sequelize",
        command=("{exec}", "sequelize-cli", "db:migrate"),
        ways=(Way(file=".sequelizerc"), Way(file="package.json", says=r'"sequelize-cli"\s*:')),
        spoken=r"\bsequelize(-cli)?\s+(.*\s)?db:migrate\b",
    ),
    Tool(
        name="Flyway",
        command=("flyway", "migrate"),
        ways=tuple(Way(file=f"{folder}flyway.{suffix}") for folder in ("", "conf/") for suffix in ("conf", "toml")),
        spoken=r"\bflyway\b.*\bmigrate\b",
        jdbc=("FLYWAY_URL",),
        lock=TRANSACTION,
    ),
    Tool(
        name="Liquibase",
        command=("liquibase", "update"),
        ways=(Way(file="liquibase.properties"),),
        spoken=r"\bliquibase\b.*\bupdate\b",
        jdbc=("LIQUIBASE_COMMAND_URL",),
        lock=TABLE,
    ),
    Tool(
        name="golang-migrate",
        command=("sh", "-c", 'exec migrate -path {folder} -database "$DATABASE_URL" up'),
        ways=_sql("*.up.sql"),
        # Its image's entrypoint is `migrate`, with options between that word and `up`.
        spoken=r"(^|[\s/])migrate\s+(.*\s)?-(path|source|database)\b.*\bup\b",
        url=_URL,
        lock=SESSION,
        unless=("Cargo.toml",),
    ),
    Tool(
        name="goose",
        command=("goose", "-dir", "{folder}", "up"),
        ways=_sql("*.sql", r"(?m)^--\s*\+goose\s+Up"),
        spoken=r"\bgoose\b.*\bup\b",
        url=("GOOSE_DBSTRING",),
        fixed=(("GOOSE_DRIVER", "postgres"),),
    ),
    Tool(
        name="Ecto",
        command=("mix", "ecto.migrate"),
        ways=(
            Way(file="bin/migrate", says=r"\beval\b", command=("{file}",)),
            Way(file="mix.exs", says=r":ecto(_sql)?\b"),
        ),
        # A release migrates by a function of its own (Phoenix, "Deploying with Releases").
        spoken=r"\bmix\s+(.*\s)?ecto\.migrate\b|\beval\s.*\.migrate\b",
        lock=TABLE,
    ),
    Tool(
        name="Laravel",
        command=("php", "artisan", "migrate", "--force"),
        ways=(Way(file="artisan", says=r"(?i)laravel|illuminate|artisan"),),
        spoken=r"\bartisan\s+migrate\b",
    ),
    Tool(
        name="Yii",
        command=("php", "yii", "migrate", "--interactive=0"),
        ways=(Way(file="yii", says=r"(?i)yii"),),
        spoken=r"\byii\s+migrate(/up)?(?![\w/-])",
    ),
    Tool(
        name="dbmate",
        command=("dbmate", "--migrations-dir", "{folder}", "migrate"),
        ways=_sql("*.sql", r"(?m)^--\s*migrate:up"),
        spoken=r"\bdbmate\b.*\b(up|migrate)\b",
        url=_URL,
    ),
    Tool(
        name="sqlx",
        command=("sqlx", "migrate", "run"),
        ways=(Way(file="Cargo.toml", says=r"(?m)^sqlx\b"), Way(file=".sqlx/query-*.json")),
        spoken=r"\bsqlx\s+migrate\s+run\b",
        url=_URL,
        lock=SESSION,
    ),
    Tool(
        name="Diesel",
        command=("diesel", "migration", "run"),
        ways=(Way(file="diesel.toml"),),
        spoken=r"\bdiesel\s+(migration\s+run|setup)\b",
        url=_URL,
    ),
    Tool(
        name="node-pg-migrate",
        command=("{exec}", "node-pg-migrate", "up"),
        ways=(Way(file="package.json", says=r'"node-pg-migrate"\s*:'),),
        spoken=r"\bnode-pg-migrate\b.*\bup\b",
        url=_URL,
        lock=SESSION,
    ),
    Tool(
        name="Atlas",
        command=("sh", "-c", 'exec atlas migrate apply --url "$DATABASE_URL"'),
        ways=(Way(file="atlas.hcl"),),
        spoken=r"\batlas\b.*\b(migrate|schema)\s+apply\b",
        url=_URL,
        lock=SESSION,
    ),
)
# How a JavaScript project runs its programs, by its lock file.
EXECS = (
    ("pnpm-lock.yaml", ("pnpm", "exec")),
    ("yarn.lock", ("yarn",)),
    ("bun.lockb", ("bunx",)),
    ("bun.lock", ("bunx",)),
    ("package.json", ("npx", "--no-install")),
)
