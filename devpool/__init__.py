"""devpool puts a PgBouncer in front of Postgres in a Docker Compose project, and takes it out again."""

__version__ = "0.1.0"
