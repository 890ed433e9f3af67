"""Which files of an app name its Postgres drivers and frameworks, and how drivers' settings look in source. Pure.

The names on the right are those of `devpool/checks/driver_rules.py`. The formats are those of each package manager's
documentation, which stands in its row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from devpool.text.patterns import regex

_PYTHON = {
    "django": "django",
    "psycopg": "psycopg",
    "psycopg-binary": "psycopg_binary",
    "psycopg_binary": "psycopg_binary",
    "asyncpg": "asyncpg",
    "procrastinate": "procrastinate",
}
_RUBY = {"activerecord": "activerecord", "rails": "activerecord", "good_job": "good_job", "que": "que"}
_NODE = {n: n for n in ("prisma", "@prisma/client", "postgres", "graphile-worker", "node-pg-migrate", "knex")}
_PHP = dict.fromkeys(("ext-pdo_pgsql", "laravel/framework", "illuminate/database"), "pdo_pgsql")
_ELIXIR = {"postgrex": "postgrex", "oban": "oban"}
_JAVA = {"postgresql": "postgresql"}
_NET = {"Npgsql": "npgsql", "Npgsql.EntityFrameworkCore.PostgreSQL": "npgsql"}
_GO = {
    n: n
    for n in (
        *("github.com/jackc/pgx/v5", "github.com/jackc/pgx/v4", "github.com/lib/pq"),
        "github.com/golang-migrate/migrate/v4",
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """One kind of file.

    Attributes:
        files: its name, without folders.
        entry: finds a package's `name`, and its `version` where the file pins it.
        packages: names of the rules, by the name in the file.
        source: where the format is documented.
    """

    files: re.Pattern[str]
    entry: re.Pattern[str]
    packages: Mapping[str, str]
    source: str


def _named(packages: Mapping[str, str]) -> str:
    """A pattern for these names, in the group `name`; the longest first, since a shorter one may begin it."""
    return rf"(?P<name>{'|'.join(map(re.escape, sorted(packages, key=len, reverse=True)))})"


_PEP_508 = rf"{_named(_PYTHON)}(?![\w.-])(?P<extras>\[[\w, -]*\])?(?:\s*(?:===?|~=)\s*(?P<version>\d[\w.]*))?"
PACKAGE_FILES = (
    PackageFile(
        files=regex(r"[\w.-]*(requirements|constraints)[\w.-]*\.(txt|in)|(base|common|prod|production)\.(txt|in)"),
        entry=regex(rf"^[ \t]*{_PEP_508}", re.M | re.I),
        packages=_PYTHON,
        source="https://pip.pypa.io/en/stable/reference/requirements-file-format/",
    ),
    PackageFile(
        files=regex(r"(poetry|uv|pdm)\.lock"),
        entry=regex(rf'^name = "{_named(_PYTHON)}"\r?\nversion = "(?P<version>[\w.]+)"', re.M),
        packages=_PYTHON,
        source="https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock",
    ),
    PackageFile(
        files=regex(r"pyproject\.toml"),
        # PEP 621's strings, and Poetry's own table of names.
        entry=regex(rf"[\"']{_PEP_508}|^[ \t]*{_named(_PYTHON).replace('?P<name>', '?P<key>')}\s*=", re.M | re.I),
        packages=_PYTHON,
        source="https://packaging.python.org/en/latest/specifications/pyproject-toml/",
    ),
    PackageFile(
        files=regex(r"Pipfile(\.lock)?"),
        entry=regex(rf"^[ \t]*\"?{_named(_PYTHON)}\"?\s*[=:]", re.M | re.I),
        packages=_PYTHON,
        source="https://pipenv.pypa.io/en/latest/pipfile.html",
    ),
    PackageFile(
        files=regex(r"Gemfile\.lock|gems\.locked"),
        entry=regex(rf"^    {_named(_RUBY)} \((?P<version>\d[\w.]*)\)", re.M),
        packages=_RUBY,
        source="https://bundler.io/guides/using_bundler_in_applications.html",
    ),
    PackageFile(
        files=regex(r"Gemfile|gems\.rb"),
        entry=regex(rf"^[ \t]*gem\s*\(?[\"']{_named(_RUBY)}[\"']", re.M),
        packages=_RUBY,
        source="https://bundler.io/man/gemfile.5.html",
    ),
    PackageFile(
        files=regex(r"package\.json"),
        entry=regex(rf'"{_named(_NODE)}"\s*:\s*"(?:[~^>=<\d*]|latest|workspace:)'),
        packages=_NODE,
        source="https://docs.npmjs.com/cli/configuring-npm/package-json",
    ),
    PackageFile(
        files=regex(r"schema\.prisma"),
        entry=regex(r'^[ \t]*provider\s*=\s*"(?P<name>prisma)-client', re.M),
        packages={"prisma": "prisma"},
        source="https://www.prisma.io/docs/orm/prisma-schema/overview/generators",
    ),
    PackageFile(
        files=regex(r"composer\.json"),
        entry=regex(rf'"{_named(_PHP)}"\s*:\s*"'),
        packages=_PHP,
        source="https://getcomposer.org/doc/04-schema.md#require",
    ),
    PackageFile(
        files=regex(r"go\.mod"),
        entry=regex(rf"^(?:require)?[ \t]*{_named(_GO)}[ \t]+v(?P<version>\d[\w.]*)", re.M),
        packages=_GO,
        source="https://go.dev/ref/mod#go-mod-file-require",
    ),
    PackageFile(
        files=regex(r"mix\.exs"),
        entry=regex(rf"\{{:{_named(_ELIXIR)}\s*,"),
        packages=_ELIXIR,
        source="https://hexdocs.pm/mix/Mix.Tasks.Deps.html",
    ),
    PackageFile(
        files=regex(r"pom\.xml"),
        entry=regex(rf"<artifactId>{_named(_JAVA)}</artifactId>(?:\s*<version>(?P<version>\d[\w.]*)</version>)?"),
        packages=_JAVA,
        source="https://maven.apache.org/pom.html#Dependencies",
    ),
    PackageFile(
        files=regex(r"build\.gradle(\.kts)?"),
        entry=regex(rf"org\.postgresql:{_named(_JAVA)}\b(?::(?P<version>\d[\w.]*))?"),
        packages=_JAVA,
        source="https://docs.gradle.org/current/userguide/declaring_dependencies.html",
    ),
    PackageFile(
        files=regex(r"[\w.-]+\.csproj|Directory\.Packages\.props"),
        entry=regex(rf'<Package(?:Reference|Version)\s+Include="{_named(_NET)}"(?:\s+Version="(?P<version>\d[\w.]*))?'),
        packages=_NET,
        source="https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files",
    ),
)
BUNDLED_LIBPQ = ((3, 2, 3), "17")
"""The first release of psycopg-binary that bundles this libpq (https://www.psycopg.org/psycopg3/docs/news.html)."""
SETTING = regex(
    r"prepare: *(false|:unnamed)|prepared_statements: *false|advisory_locks: *false|statement_cache_size *= *0"
    r"|QueryExecMode[A-Za-z]+|default_query_exec_mode=[a-z_]+|pgbouncer=true|binary_parameters=yes"
    r"|DISABLE_SERVER_SIDE_CURSORS|prepare_threshold[^=]{0,3}= *[A-Za-z0-9]+|prepared_max[^=]{0,3}= *[A-Za-z0-9]+"
    r"|ATTR_EMULATE_PREPARES *=> *[a-z]+|prepareThreshold=0|No Reset On Close=true"
)
"""A driver's setting in a line of source. docker/inside/installed.sh looks for the same in a container."""
SETTING_WORDS = (
    *("prepare", "PREPARES", "advisory_locks", "statement_cache_size", "ExecMode", "exec_mode", "pgbouncer=true"),
    *("binary_parameters", "DISABLE_SERVER_SIDE_CURSORS", "Reset On Close"),
)
"""One of these is in every line that `SETTING` finds, so that most files need no search."""
