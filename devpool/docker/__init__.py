"""The project's containers and what they report: the engine, PgBouncer's console, the connections at Postgres."""
