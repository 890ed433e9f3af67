"""Services that get an app's variables but never connect to Postgres themselves. Pure."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

OTHER_SERVERS = regex(
    r"^(redis|valkey|keydb|dragonfly|qdrant|weaviate|milvus|chroma|rabbitmq|activemq|nats|pulsar|redpanda|nsq|mosquitto|emqx"
    r"|memcached|nginx|openresty|httpd|caddy|traefik|envoy|varnish|haproxy|elasticsearch|opensearch|kibana|solr|meilisearch"
    r"|typesense|minio|seaweedfs|localstack|azurite|kafka|zookeeper|etcd|consul|vault|mongo(db)?|mysql|mariadb|neo4j|couchdb"
    r"|cassandra|scylla|influxdb|arangodb|mailhog|mailpit|mailcatcher|maildev|docker-mailserver|postfix|proftpd|pure-ftpd"
    r"|vsftpd|sftp|jaeger|zipkin|prometheus|alertmanager|loki|promtail|tempo|fluent-bit|fluentd|clickhouse|ollama|vllm|tika"
    r"|gotenberg|imgproxy|coturn|certbot|portainer|watchtower|cloudflared|ngrok|swagger-ui|wiremock|selenium)([-_.]|$)"
    r"(?!(.*[-_.])?(php|fpm|python|uwsgi|api|consumer|producer|worker|indexer|importer|sync|manager|connect|exporter)([-_.\d]|$))"
)
"""The official images of servers that speak no Postgres, by an image's name without registry and tag
(https://hub.docker.com/search?badges=official, and each project's own documentation), but not what only works with one
or holds an app beside it, as `kafka-consumer` and `nginx-php-fpm` do.
"""
OTHER_OWNERS = regex(r"(^|/)(selenium|jaegertracing)/")
"""Owners all of whose images are such servers (https://hub.docker.com/u/selenium, .../u/jaegertracing)."""
FRONT_WORDS = regex(
    r"(^|[-_.])(nginx|front-?end|client|(?<!web[-_.])ui|ftp|assets|tailwind|css|js|vite|webpack)$"
    r"|^front-?end[-_.](dev|prod|build)$|^(mail(server)?|smtp)$",
    re.I,
)
"""Words in names of services that suggest the same, but only beside another service that is the app."""
FRONT_NAMES = regex(r"^(nginx|gateway|(reverse-?)?proxy|front(-?end)?|static|(web-?)?ui|client)$", re.I)
"""Names of services, or of the folders they are built from, that only serve files or forward requests."""
FRONT_COMMANDS = regex(r"^\s*(cp|nginx|npm run build|yarn build|caddy)\b")
"""Commands of such services."""
