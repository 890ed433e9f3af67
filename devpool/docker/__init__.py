"""The project's containers and what they say: the engine, PgBouncer's console, the connections at Postgres."""
