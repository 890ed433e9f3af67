"""Which files of an app say where its database is, and the words in them. Pure.

The names are those of each framework's documentation: Rails (config/database.yml), Django (settings.py), Spring Boot
("External Application Properties"), ASP.NET Core ("Configuration"), Phoenix (config/*.exs), Odoo (odoo.conf), Lemmy
(lemmy.hjson), Synapse (homeserver.yaml), Sentry (sentry.conf.py), Jakarta Persistence (persistence.xml), Knex
(knexfile.js).
"""

from __future__ import annotations

import re

from devpool.text.patterns import regex

CONFIG = regex(
    r"(database|db|config|settings|default|ormconfig|appsettings)[\w.-]*\.json"
    r"|.*\.(ya?ml|toml|ini|conf|cfg|properties|hjson|json5|exs|xml)|\.env(\.local)?",
    re.I,
)
"""Names of configuration files. Libraries load `.env` by default, and some `.env.local` (https://github.com/motdotla/dotenv,
https://github.com/bkeepers/dotenv, https://github.com/theskumar/python-dotenv).
"""
SOURCE = regex(r".*\.(py|rb|go|[mc]?js|ts|cs|java|kt|php|rs|ex|scala)")
"""Names of source files, in which an address is often the default of a variable."""
OF_DATABASE = regex(
    r"database\.(ya?ml|json|php|js|ts)|odoo\.conf|homeserver\.ya?ml|lemmy\.hjson|(ormconfig|knexfile)\.\w+", re.I
)
"""Files that say nothing of other servers: a host in them is the database's."""
NEVER = regex(
    r"(docker-)?compose.*|.*dockerfile.*|readme.*|changelog.*|.*\.(md|rst|txt\.tmpl|sh|bash|sql|lock)|package(-lock)?\.json"
    r"|.*[._-](lock|test|tests|spec|example|sample|template|dist)(\..*)?|(test|example|sample|template|conftest)([._-].*)?"
    r"|.*(wait|seed|migrat|backup|prometheus|pgbouncer|pgpool|nginx).*|alembic\.ini|(pom|build|web)\.xml|(flyway|liquibase|sqitch).*"
    r"|\.(env(?!(\.local)?$)|git|docker).*",
    re.I,
)
"""Names of files that mention a database for another reason: documentation, tests, examples, waiting, migrations."""
NEVER_FOLDERS = regex(
    r"\..*|__pycache__|__tests__|tests?|specs?|e2e|fixtures?|docs?|documentation|examples?|samples?|templates?"
    r"|migrations?|migrate|seeds?|scripts?|bin|tools?|node_modules|vendor|venv|env|dist|build|target|obj|static|public"
    r"|assets|locales?|coverage|tmp|logs?|data|k8s|kubernetes|helm|charts?|terraform|ansible|ci|deps|_build|site-packages",
    re.I,
)
"""Names of folders that hold such files, other people's code, or what is built."""
ORCHESTRATION = regex(r"^(services|apiVersion|jobs|stages)\s*:", re.M)
"""What begins a line of YAML that starts containers: Compose, Kubernetes, GitHub Actions, GitLab CI."""
PROFILE = regex(r"(?P<kind>application|bootstrap|appsettings)[.-](?P<profile>[\w-]+)\.(ya?ml|properties|json)", re.I)
"""A file that counts in one profile only (Spring Boot, "Profile Specific Files"; ASP.NET Core, "appsettings.json")."""
PROFILES = {
    "application": ("SPRING_PROFILES_ACTIVE",),
    "bootstrap": ("SPRING_PROFILES_ACTIVE",),
    "appsettings": ("ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"),
}
"""The variables that name the profile."""
MODE = ("RAILS_ENV", "RACK_ENV", "NODE_ENV", "MIX_ENV", "APP_ENV")
"""The variables that name the section of a file, or the file, that counts."""
MODES = ("development", "production", "staging", "dev", "prod")
TEST_SECTION = regex(r"tests?|testing|ci", re.I)
"""A section that only tests read."""
COMMENT = regex(r"\s*(#|//|/\*|\*|;|--|<!--|%)")
"""The beginning of a line that is a comment in some language."""
ABOUT_POSTGRES = regex(
    r"postgres|psycopg|pgsql|npgsql|asyncpg|5432|\bdatabases?\b|dbname|\bdb\b|\bRepo\b|sequelize|knex|typeorm", re.I
)
"""Words beside a host that tell that it is a database's."""
