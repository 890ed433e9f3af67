"""Services that get an app's variables but never connect to Postgres themselves. Pure."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

OTHER_SERVERS = regex(
    r"^(redis|valkey|keydb|qdrant|weaviate|milvus|rabbitmq|memcached|nginx|openresty|caddy|traefik|haproxy|elasticsearch|opensearch|minio|kafka"
    r"|zookeeper|mongo(db)?|mysql|mariadb|mailhog|mailpit|mailcatcher|jaeger|prometheus|clickhouse)([-_.]|$)"
)
"""The official images of servers that speak no Postgres, by an image's name without registry and tag
(https://hub.docker.com/search?badges=official, and each project's own documentation).
"""
FRONT_NAMES = regex(r"^(nginx|gateway|(reverse-?)?proxy|front(-?end)?|static|(web-?)?ui|client)$", re.I)
"""Names of services, or of the folders they are built from, that only serve files or forward requests."""
FRONT_COMMANDS = regex(r"^\s*(cp|nginx|npm run build|yarn build|caddy)\b")
"""Commands of such services."""
