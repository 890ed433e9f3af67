"""Talks to postgres://app:x@db/app."""
# postgres://app:x@db/app
from shop import db
ALLOWED_HOSTS = ["db"]
redis_host = "db"
cache = {"host": "db", "prefix": "cache"}
