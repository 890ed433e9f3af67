"""Services that get an app's variables but never connect to Postgres themselves. Pure."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

SERVERS = {
    # https://hub.docker.com/_/NAME, the official images
    "_": (
        "arangodb caddy cassandra clickhouse consul couchbase couchdb eclipse-mosquitto elasticsearch haproxy httpd"
        " influxdb kibana logstash mariadb memcached mongo mongo-express mysql nats neo4j nginx phpmyadmin rabbitmq"
        " redis registry rethinkdb solr traefik varnish vault zookeeper"
    ),
    # https://hub.docker.com/r/OWNER/NAME, https://quay.io/repository/OWNER/NAME or https://github.com/OWNER/NAME
    "activemq": "apache/activemq-classic",
    "akhq": "tchiotludo/akhq",
    "alertmanager": "prom/alertmanager",
    "apache$": "bitnami/apache",
    "azurite": "azure-storage/azurite",
    "browserless": "browserless/chrome",
    "cadvisor": "google/cadvisor",
    "certbot": "certbot/certbot",
    "chroma": "chromadb/chroma",
    "clamav": "clamav/clamav",
    "cloudflared": "cloudflare/cloudflared",
    "coredns": "coredns/coredns",
    "coturn": "coturn/coturn",
    "cp-kafka$": "confluentinc/cp-kafka",
    "cp-schema-registry": "confluentinc/cp-schema-registry",
    "cp-zookeeper": "confluentinc/cp-zookeeper",
    "crowdsec": "crowdsecurity/crowdsec",
    "docker-mailserver": "mailserver/docker-mailserver",
    "dragonfly": "dragonflydb/dragonfly",
    "drawio": "jgraph/drawio",
    "dynamodb-local": "amazon/dynamodb-local",
    "elasticmq": "softwaremill/elasticmq",
    "emqx": "emqx/emqx",
    "envoy": "envoyproxy/envoy",
    "etcd": "coreos/etcd",
    "excalidraw": "excalidraw/excalidraw",
    "fake-gcs-server": "fsouza/fake-gcs-server",
    "faster-whisper-server": "fedirz/faster-whisper-server",
    "flaresolverr": "FlareSolverr/FlareSolverr",
    "fluent-bit": "fluent/fluent-bit",
    "fluentd": "fluent/fluentd",
    "gotenberg": "gotenberg/gotenberg",
    "greenmail": "greenmail/standalone",
    "imgproxy": "darthsim/imgproxy",
    "inbucket": "inbucket/inbucket",
    "jaeger": "jaegertracing/all-in-one",
    "kafdrop": "obsidiandynamics/kafdrop",
    "kafka": "apache/kafka",
    "kafka-ui": "provectuslabs/kafka-ui",
    "keydb": "eqalpha/keydb",
    "kroki": "yuzutech/kroki",
    "languagetool": "erikvl87/languagetool",
    "libretranslate": "libretranslate/libretranslate",
    "livekit-server": "livekit/livekit-server",
    "localstack": "localstack/localstack",
    "loki": "grafana/loki",
    "mailcatcher": "dockage/mailcatcher",
    "maildev": "maildev/maildev",
    "mailhog": "mailhog/mailhog",
    "mailpit": "axllent/mailpit",
    "mc$": "minio/mc",
    "mediamtx": "bluenviron/mediamtx",
    "meilisearch": "getmeili/meilisearch",
    "milvus": "milvusdb/milvus",
    "minio": "minio/minio",
    "mockserver": "mockserver/mockserver",
    "mongodb": "bitnami/mongodb",
    "mosquitto": "jllopis/mosquitto",
    "motoserver": "motoserver/moto",
    "nginx-proxy": "nginxproxy/nginx-proxy",
    "ngrok": "ngrok/ngrok",
    "nsq": "nsqio/nsq",
    "ntfy": "binwiederhier/ntfy",
    "oauth2-proxy": "oauth2-proxy/oauth2-proxy",
    "ollama": "ollama/ollama",
    "openresty": "openresty/openresty",
    "opensearch": "opensearchproject/opensearch",
    "pihole": "pihole/pihole",
    "playwright": "microsoft/playwright",
    "portainer": "portainer/portainer-ce",
    "postfix": "boky/postfix",
    "proftpd": "instantlinux/proftpd",
    "prometheus": "prom/prometheus",
    "promtail": "grafana/promtail",
    "pulsar": "apachepulsar/pulsar",
    "pure-ftpd": "stilliard/pure-ftpd",
    "pushgateway": "prom/pushgateway",
    "qdrant": "qdrant/qdrant",
    "rabbit$": "masstransit/rabbitmq",
    "redis-commander": "rediscommander/redis-commander",
    "redis-stack": "redis/redis-stack",
    "redisinsight": "redis/redisinsight",
    "redpanda": "redpandadata/redpanda",
    "scylla": "scylladb/scylla",
    "searxng": "searxng/searxng",
    "seaweedfs": "chrislusf/seaweedfs",
    "selenium": "selenium/hub",
    "sftp": "atmoz/sftp",
    "smtp4dev": "rnwood/smtp4dev",
    "squid": "ubuntu/squid",
    "stirling-pdf": "stirlingtools/stirling-pdf",
    "stripe-cli": "stripe/stripe-cli",
    "stripe-mock": "stripe/stripe-mock",
    "swagger-ui": "swaggerapi/swagger-ui",
    "syncthing": "syncthing/syncthing",
    "tempo": "grafana/tempo",
    "text-embeddings-inference": "huggingface/text-embeddings-inference",
    "tika": "apache/tika",
    "torproxy": "dperson/torproxy",
    "tritonserver": "nvidia/tritonserver",
    "typesense": "typesense/typesense",
    "unbound": "mvance/unbound",
    "unstructured-api": "Unstructured-IO/unstructured-api",
    "valkey": "valkey/valkey",
    "victoria-metrics": "victoriametrics/victoria-metrics",
    "vllm": "vllm/vllm-openai",
    "vsftpd": "fauria/vsftpd",
    "watchtower": "containrrr/watchtower",
    "weaviate": "semitechnologies/weaviate",
    "whoami": "traefik/whoami",
    "wireguard": "linuxserver/wireguard",
    "wiremock": "wiremock/wiremock",
    "woodpecker-agent": "woodpeckerci/woodpecker-agent",
    "zipkin": "openzipkin/zipkin",
}
"""Servers that speak no Postgres, by an image's name without registry, owner and tag, each with where it is
published.
"""
_AN_APP_BESIDE = (
    r"(?!(.*[-_.])?(php|fpm|python|uwsgi|api|consumer|producer|worker|indexer|importer|sync|manager|connect|exporter)"
    r"([-_.\d]|$))"
)  # as `kafka-consumer` and `nginx-php-fpm` hold one
_NAMES = "|".join([*SERVERS["_"].split(), *(name for name in SERVERS if name != "_")])
OTHER_SERVERS = regex(rf"^({_NAMES})([-_.]|$){_AN_APP_BESIDE}")
"""Images of such servers, but not what only works with one or holds an app beside it."""
OTHER_OWNERS = regex(r"(^|/)(selenium|jaegertracing|mher|mssql)/")
"""Owners all of whose images are such servers (https://hub.docker.com/u/selenium, .../u/jaegertracing,
https://hub.docker.com/r/mher/flower, https://mcr.microsoft.com/artifact/mar/mssql/server). A `flower` on the app's own
image loads the app, and with it what connects.
"""
FRONT_WORDS = regex(
    r"^(?!(.*[-_.])?(api|backend|workers?|services?|consumer|indexer|importer|sync|manager|jobs?|queue|bot|php|fpm|python|uwsgi|web[-_.]ui)"
    r"([-_.\d]|$))"
    r"(.*[-_.])?((nginx|front-?end|ftp|assets|tailwind|css|vite|webpack|spa)([-_.]|$)|(client|ui|js)$"
    r"|(react|vue|angular|svelte)([-_.](app|client|web))?$)"
    r"|^(mail(server)?|smtp)$",
    re.I,
)
"""Words in names of services that suggest the same, but only beside another service that is the app."""
FRONT_IMAGES = regex(
    r"^(?!.*(php|fpm|python|uwsgi|node|ruby|passenger|laravel|wordpress|drupal))(.*[-_.])?"
    r"(nginx|apache|httpd|caddy|front-?end|static|assets)$",
    re.I,
)
"""The same in names of images, unless they say what runs beside it."""
FRONT_NAMES = regex(r"^(nginx|gateway|(reverse-?)?proxy|front(-?end)?|static|(web-?)?ui|client)$", re.I)
"""Names of services, or of the folders they are built from, that only serve files or forward requests."""
FRONT_COMMANDS = regex(r"^\s*(cp|nginx|npm run build|yarn build|caddy)\b")
"""Commands of such services."""
WORKSPACES = regex(
    r"(^|/)((jupyter|jupyterhub|rocker|theiaide|squidfunk)/[^/]+|code-server|openvscode-server|rstudio|zeppelin|marimo"
    r"|filebrowser|composer|sonar-scanner-cli)([:@]|$)",
    re.I,
)
"""Images of programs that take in a repository for its user to read, edit or process, whatever its files connect to:
https://quay.io/organization/jupyter, https://hub.docker.com/u/rocker, https://hub.docker.com/r/codercom/code-server,
https://hub.docker.com/r/gitpod/openvscode-server, https://hub.docker.com/r/apache/zeppelin, https://marimo.io,
https://hub.docker.com/r/filebrowser/filebrowser, https://hub.docker.com/_/composer,
https://hub.docker.com/r/sonarsource/sonar-scanner-cli, https://hub.docker.com/r/squidfunk/mkdocs-material.
"""
WORKSPACE_COMMANDS = regex(
    r"\b(jupyter(-(lab|notebook|server))?|code-server|rserver|mkdocs|sphinx-autobuild|storybook|marimo\s+edit"
    r"|npm run (storybook|docs(:dev)?))\b"
)
"""The same in what a service starts, its image being the app's own."""
