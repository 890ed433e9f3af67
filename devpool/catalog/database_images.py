"""Which images are Postgres servers, and which only contain its name. Pure.

All expressions look at an image's name without registry and tag, in lower case, unless they say otherwise.
"""

from __future__ import annotations

import re

from devpool.text.patterns import regex

SERVERS = regex(
    r"(^|[-_.])(postgres(ql)?|postgis|timescaledb|pgvector|paradedb|citus|spilo|pgrouting|alloydbomni|pgautoupgrade|pg\d+)"
    r"([-_.]|\d|$)"
)
"""Postgres and its distributions, by the last part of an image's name, without registry, vendor, and tag:
https://hub.docker.com/_/postgres, .../r/postgis/postgis, .../r/timescale/timescaledb, .../r/pgvector/pgvector,
.../r/paradedb/paradedb, .../r/citusdata/citus, https://github.com/zalando/spilo,
https://github.com/pgautoupgrade/docker-pgautoupgrade.
"""
SURELY_SERVERS = regex(r"^(postgres|postgis|timescale|pgvector|citus|spilo)")
"""How an image's name begins if it is certainly the server."""
_OF_A_SERVER = r"(?!(.*[-_])?(db|database|pg|postgres(ql)?)$)"  # as `client-db` is the client's database
NO_SERVERS = regex(
    rf"exporter|backup|dump|bouncer|pgpool|pgadmin|postgrest|adminer|(client|operator|proxy|bridge){_OF_A_SERVER}|migrat"
    rf"|pgcat|^busybox$|^supertokens|(^|[-_])(ui|web|admin|init|rest|meta)([-_]{_OF_A_SERVER}|$)"
    r"|postgres(ql)?[-_](.*[-_])?(mcp|api|app|agent|worker)$"
)
"""Programs that go with a server and contain its name: clients, consoles, poolers, and what is made for Postgres, as
https://hub.docker.com/r/supertokens/supertokens-postgresql and https://hub.docker.com/r/crystaldba/postgres-mcp.
"""
POOLERS = regex(r"pg[-_]?bouncer|pgpool|pgcat|^odyssey$|supavisor|pgdog|pgagroal")
"""https://www.pgbouncer.org, https://pgpool.net, https://github.com/postgresml/pgcat,
https://github.com/yandex/odyssey, https://github.com/supabase/supavisor, https://pgdog.dev,
https://github.com/agroal/pgagroal.
"""
FORWARDERS = regex(
    r"^haproxy|cloud-?sql-?(auth-?)?proxy|^gce-proxy|alloydb-auth-proxy|toxiproxy|^socat|autossh|ssh-tunnel|^tcp-proxy|^simpleproxy"
    r"|^(nginx|traefik|envoy|gost|ghostunnel|stunnel|chisel|frpc|tailscale)([-_.]|$)"
)
"""What forwards connections and takes part in none: https://www.haproxy.org, https://github.com/GoogleCloudPlatform's
cloud-sql-proxy and alloydb-auth-proxy, https://github.com/Shopify/toxiproxy, https://hub.docker.com/r/alpine/socat,
https://www.harding.motd.ca/autossh, and what forwards TCP among other things: https://nginx.org
(ngx_stream_proxy_module), https://doc.traefik.io (TCP routers), https://www.envoyproxy.io, https://gost.run,
https://github.com/ghostunnel/ghostunnel, https://www.stunnel.org, https://github.com/jpillora/chisel,
https://github.com/fatedier/frp, https://tailscale.com.
"""
REPLICA_NAMES = regex(r"READ|REPLICA|SLAVE|SECONDARY|STANDBY|(^|_)RO(_|$)", re.I)
"""Names of variables that hold the address of a replica."""
POOLER_HOSTS = regex(r"pooler|pgbouncer|-pool(ed)?\.|proxy", re.I)
"""What the name of a managed server contains if a pooler answers there: Neon's `-pooler`, Supabase's
`pooler.supabase.com`, DigitalOcean's and RDS's proxies.
"""
POOLER_PORTS = ("6432", "6543")
"""PgBouncer's own port (https://www.pgbouncer.org/config.html#listen_port), and Supavisor's for transactions."""
DATA_FOLDER = regex(r":/var/lib/(postgresql|pgsql)(/|$)")
"""Where the images of Docker and of Red Hat keep their data, as the target of a mount."""
SERVER_NAME = regex(r"postgres|(^|[-_])(pg|db|database|sql)\d*([-_]|$)", re.I)
"""Names of services with a `build` and no image that are the server."""
CLIENT_COMMANDS = regex(r"\b(psql|pg_dump(all)?|pg_restore)\b")
"""https://www.postgresql.org/docs/current/reference-client.html"""
SUPERUSERS = (
    (regex(r"(^|/)supabase/postgres([:@]|$)"), "supabase_admin"),
    (regex(r"(^|/)bitnami\w*/postgresql"), "postgres"),
    (regex(r"(^|/)postgresql-\d+-\w+"), "postgres"),
)
"""Images whose user by variable is no superuser, and the one that is: https://github.com/supabase/postgres,
https://github.com/bitnami/containers/tree/main/bitnami/postgresql, https://github.com/sclorg/postgresql-container.
In others POSTGRES_USER is (https://hub.docker.com/_/postgres). These expressions look at the whole image.
"""
DEFAULT_USER = "postgres"
"""The user where no variable names one (https://hub.docker.com/_/postgres)."""
