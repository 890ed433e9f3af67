"""SQLAlchemy's tests of its PostgreSQL dialect and of transactions, with psycopg2."""

from __future__ import annotations

from suites.suite import Suite

_PARTS = "test/dialect/postgresql/test_dialect.py test/dialect/postgresql/test_query.py test/engine/test_transaction.py"
SUITE = Suite(
    title="SQLAlchemy",
    driver="psycopg2",
    source="https://github.com/sqlalchemy/sqlalchemy/blob/main/README.unittests.rst",
    version=("pip", "show", "SQLAlchemy"),
    part=", ".join(f"`{part}`" for part in _PARTS.split()),
    command=("sh", "-c", f'pytest -q -p no:cacheprovider --dburi "$DATABASE_URL" {_PARTS}'),
)
