"""Alembic's environment: one run at a time, by the recipe that many projects have, and a note of whom Postgres saw."""

import os

from alembic import context
from sqlalchemy import create_engine, text

url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
SEEN = """
    INSERT INTO seen SELECT 'alembic', host(client_addr), application_name
    FROM pg_stat_activity WHERE pid = pg_backend_pid()
"""

with create_engine(url).connect() as connection:
    guard = connection.execution_options(isolation_level="AUTOCOMMIT")
    guard.execute(text("CREATE TABLE IF NOT EXISTS seen (tool text, client text, application text)"))
    guard.execute(text("SELECT pg_advisory_lock(4711)"))
    guard.execute(text(SEEN))
    with create_engine(url).connect() as second:
        context.configure(connection=second)
        with context.begin_transaction():
            context.run_migrations()
        second.commit()
    guard.execute(text("SELECT pg_advisory_unlock(4711)"))
