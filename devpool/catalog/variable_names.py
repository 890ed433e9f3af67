"""The names of the variables that tell programs where their database is. Pure.

Every program chooses these names itself, so most rows are the habits of many: libpq's own are
https://www.postgresql.org/docs/current/libpq-envars.html, the image's are https://hub.docker.com/_/postgres, and those
of frameworks are in their documentation (Django's DATABASES, Rails' DATABASE_URL, Laravel's DB_*, Spring's
SPRING_DATASOURCE_*, Quarkus' and Keycloak's KC_DB_*).
"""

from __future__ import annotations

import re

from devpool.text.patterns import regex

# --- hosts ---

HOST = regex(
    r"HOST|SERVER|ADDR|SEED|ENDPOINT|URL|URI|DSN|LOCATION|INSTANCE|DB_POSTGRES(QL)?$|(PG|POSTGRES(QL)?|DB|DATABASE)_?IP$",
    re.I,
)
"""A variable that may hold a host; `SEED` is Temporal's (POSTGRES_SEEDS), `DB_POSTGRES` Gitea's kind, `IP`
Jellystat's.
"""
NO_HOST = regex(
    r"ALLOWED|TRUSTED|NO_PROXY|AUTH_METHOD|TYPE$"
    r"|(USER|PASS|ENGINE|SCHEMA|DIALECT|DRIVER)(?!.*(HOST|SERVER|ADDR|SEED|ENDPOINT|URL|URI|DSN|LOCATION|INSTANCE))",
    re.I,
)
"""What shows that such a variable holds something else: ALLOWED_HOSTS is Django's, NO_PROXY curl's. The last word
decides: DB_HOST_USER is a user, USERS_DB_HOST is a host.
"""
HOST_WORDS = ("HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS", "IP")
"""The words that replace PORT in the name of the matching host variable."""
HOST_WORD = regex(r"HOST_?NAME|HOST|SERVER_?NAME|SERVER|ADDRESS|ADDR|SEEDS|ENDPOINT|URL|URI|IP$", re.I)
"""The word in a host variable that another word replaces in the name of its port, user or password."""
SERVER_HOST = regex(r"(^|_)(PG|POSTGRES(QL)?|DB|DATABASE)_?(HOST(_?NAME)?|SERVER|ADDR(ESS)?|IP)$", re.I)
"""The host of the server itself, not of a related tool, as in PGBOUNCER_HOST or PGADMIN_HOST."""
POSTGRES_HOST = regex(r"(PG|POSTGRES).*(HOST|SERVER|ADDR|_IP$)|^(DB|DATABASE)_?(HOST|SERVER|IP$)", re.I)
"""A host that belongs to a Postgres server unless the port or engine says otherwise."""
SERVER_PART = regex(r"(PG|POSTGRES|DB|DATABASE|SQL).*(HOST|ADDR|SERVER|PORT)", re.I)
"""A host or a port of a database."""

# --- ports, databases, engines ---

DATABASE_PORT = regex(r"(DB|PG|POSTGRES|SQL|DATABASE).*PORT", re.I)
DATABASE_PREFIX = regex(r"(^|_)(PG|POSTGRES|DB|DATABASE|DATASOURCE|SQL)", re.I)
"""A name that refers to a database, which is Postgres if any is."""
OTHER_SERVER = regex(r"MONGO|MYSQL|MARIA|MSSQL|ORACLE|REDIS|CLICKHOUSE|ELASTIC|CASSANDRA|NEO4J|INFLUX", re.I)
"""What else may run on the same machine, under its own names."""
ENGINE = regex(r"(DB|DATABASE).*(ENGINE|CONNECTION|TYPE|DIALECT|CLIENT|DRIVER)", re.I)
"""Which database a program is to use: Laravel's DB_CONNECTION, Django's DB_ENGINE, Zabbix' DB_SERVER_TYPE."""
OTHER_ENGINES = regex(r"mysql|maria|mongo|mssql|sqlserver|oracle|sqlite", re.I)
POSTGRES_ENGINES = regex(r"postgres|pgsql", re.I)
DATABASE_WORDS = ("NAME", "DB", "DATABASE", "DBNAME", "DB_NAME", "DATABASE_NAME")
"""The words that replace HOST in the name of the matching database variable."""
DATABASE_NAME = regex(r"(DB|DATABASE|PG|POSTGRES(QL)?|SQL)_?(NAME|DB|DBNAME|DB_NAME|DATABASE(_NAME)?)|DATABASE", re.I)

# --- addresses that go past a pooler ---

PAST_A_POOLER = regex(
    r"DIRECT|UNPOOLED|(NON?|WITHOUT|BYPASS|SKIP)_?(THE_?)?(PG_?)?(POOL|BOUNCER)|(^|_)CDC_|LIQUIBASE|FLYWAY|MIGRAT|BROADCAST|PUB_?SUB|(^|_)LISTEN|ADVISORY_?LOCK|(^|_)REPLICATION"
    r"|(^|_)SHADOW_|LONG_RUNNING_SESSION|ODOO_(IMDISPATCHER|CRON|QUEUE_JOB_JOBRUNNER)_DB",
    re.I,
)
"""A variable whose name says that its address goes to the database itself: Prisma's DIRECT_URL and SHADOW_DATABASE_URL,
Neon's DATABASE_URL_UNPOOLED, Vercel's POSTGRES_URL_NON_POOLING, and those of migration tools and of LISTEN, Odoo's
among them (https://github.com/OCA/server-tools, bus_alt_connection; https://github.com/OCA/queue, queue_job).
"""
PAST_A_POOLER_BESIDE = regex(r"(^|_)(NOTIFY|BUS|DISPATCHER|LOCKS?|SESSION|OWNER|SUPERUSER)(_|$)", re.I)
"""A variable whose name says so only where the service has another address of the same database: alone, it is what the
app connects with, as a notification service does with NOTIFY_DB_HOST.
"""
ADDRESS_IN_FILE = regex(r"(DB|DATABASE|PG|POSTGRES).*(URL|URI|DSN)_FILE$", re.I)
"""A file whose content the app takes for its address: a Compose secret mostly."""

# --- TLS ---

_OF_A_DATABASE = (
    r"^(?!.*(MYSQL|MARIA|MONGO|REDIS|MSSQL|LDAP|SMTP))(.*_)?(PG|POSTGRES|DB|DATABASE|DATASOURCE|SQL|TYPEORM)"
)
TLS_MODE = regex(
    _OF_A_DATABASE
    + r".*((SSL|TLS)_?(MODE|ENABLED?|REQUIRED?|ON)?|ENCRYPT(ION|ED)?)$|^(SSL|TLS)_(DB|DATABASE|POSTGRES)$",
    re.I,
)
"""https://www.postgresql.org/docs/current/libpq-envars.html (PGSSLMODE), and its likes; switches as well, such as n8n's
DB_POSTGRESDB_SSL_ENABLED (https://docs.n8n.io/hosting/configuration/environment-variables/database/).
"""
TLS_CHECK = regex(_OF_A_DATABASE + r".*(SSL|TLS)_?(REJECT_?UNAUTHORIZED|VERIFY\w*|CHECK_?\w*)$", re.I)
"""A switch for checking the server's certificate: https://node-postgres.com/features/ssl."""
TLS_ROOT = regex(_OF_A_DATABASE + r".*(SSL|TLS)_?(ROOT_?CERT(IFICATE)?|CA)(_?(CERT|FILE|PATH))?$", re.I)
"""The certificate of the authority that the server's is checked with (PGSSLROOTCERT)."""
URL_PARAMETERS = regex(r"^(PG|POSTGRES|DB|DATABASE|KC_DB|JDBC).*(PROPERTIES|OPTIONS|PARAM(ETER)?S|ARGS|EXTRA)$", re.I)
"""What an app adds to the URL that it makes of host and port: KC_DB_URL_PROPERTIES (https://www.keycloak.org/server/db)."""
TLS_VERIFIES = ("verify-ca", "verify-full", "verifyca", "verifyfull")
TLS_ENCRYPTS = ("require", "required", "no-verify", "true", "1", "yes", "on", "y", "t", "enable", "enabled")
"""The modes of libpq (https://www.postgresql.org/docs/current/libpq-ssl.html), Npgsql and node-postgres; and words for
a switch that is on.
"""
