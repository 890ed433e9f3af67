"""Programs that must reach the database itself, and why: consoles, monitoring, dumps, replication, LISTEN, migrators.

A row is one program. `image` finds it in an image's name without registry and tag, `full_image` in the whole of it,
`command` in what a service starts, its image's name before it. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from devpool.text.patterns import regex

Field = Literal["image", "command", "full_image"]
KindCode = Literal["monitoring", "console", "backup", "replication", "listen", "migrator"]


@dataclass(frozen=True, slots=True)
class Kind:
    """Why programs of one kind stay direct: the code of the route, and the sentence that users read."""

    code: KindCode
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectProgram:
    """One program.

    Attributes:
        kind: why it stays direct.
        image, command, full_image: regular expressions that find it; "" where it is not looked for there.
        source: where its own documentation says what it does.
    """

    kind: Kind
    image: str = ""
    command: str = ""
    full_image: str = ""
    source: str


MONITORING = Kind("monitoring", "it monitors the server itself")
CONSOLE = Kind("console", "an admin console needs session features")
BACKUP = Kind("backup", "dumps need one session")
REPLICATION = Kind("replication", "it uses logical replication")
LISTEN = Kind("listen", "it uses LISTEN, which does not work in a transaction pool")
MIGRATOR = Kind("migrator", "it migrates the schema")

PROGRAMS = (
    DirectProgram(
        kind=MONITORING,
        # What exports documents is an app.
        image=r"^(?!.*(pdf|csv|excel|xlsx?|report|data|invoice|document|order|file|media|video)s?[-_]?exporter).*exporter",
        source="https://prometheus.io/docs/instrumenting/exporters/#databases",
    ),
    DirectProgram(kind=MONITORING, image=r"pgwatch", source="https://github.com/cybertec-postgresql/pgwatch"),
    DirectProgram(
        kind=MONITORING,
        image=r"pganalyze",
        full_image=r"(^|/)pganalyze/",
        source="https://pganalyze.com/docs/collector",
    ),
    DirectProgram(kind=MONITORING, image=r"(^|[-_])pgmetrics([-_]|$)", source="https://pgmetrics.io/docs/"),
    DirectProgram(kind=MONITORING, image=r"pgmonitor", source="https://github.com/CrunchyData/pgmonitor"),
    DirectProgram(kind=MONITORING, image=r"pghero", source="https://github.com/ankane/pghero"),
    DirectProgram(
        kind=MONITORING,
        image=r"datadog",
        full_image=r"(^|/)datadog(hq)?/agent\b",
        source="https://docs.datadoghq.com/containers/docker/",
    ),
    DirectProgram(
        kind=MONITORING, image=r"^grafana-agent|^(grafana-)?alloy$", source="https://grafana.com/docs/alloy/latest/"
    ),
    DirectProgram(
        kind=MONITORING, image=r"(^|[-_])telegraf([-_]|$)", source="https://docs.influxdata.com/telegraf/v1/"
    ),
    DirectProgram(
        kind=MONITORING,
        image=r"(^|[-_])(otel|opentelemetry)[-_]?col|^otel$",
        source="https://opentelemetry.io/docs/collector/",
    ),
    DirectProgram(kind=MONITORING, image=r"(^|[-_])netdata([-_]|$)", source="https://learn.netdata.cloud/docs/"),
    DirectProgram(kind=CONSOLE, image=r"pgadmin", source="https://www.pgadmin.org/docs/"),
    DirectProgram(kind=CONSOLE, image=r"adminer", source="https://www.adminer.org/"),
    DirectProgram(kind=CONSOLE, image=r"pgweb", source="https://github.com/sosedoff/pgweb"),
    DirectProgram(kind=CONSOLE, image=r"phppgadmin", source="https://github.com/phppgadmin/phppgadmin"),
    DirectProgram(kind=CONSOLE, image=r"cloudbeaver", source="https://github.com/dbeaver/cloudbeaver"),
    DirectProgram(kind=CONSOLE, image=r"(^|[-_])dbgate([-_]|$)", source="https://github.com/dbgate/dbgate"),
    DirectProgram(
        kind=CONSOLE,
        image=r"prisma-studio",
        command=r"prisma\s+studio",
        source="https://www.prisma.io/docs/orm/tools/prisma-studio",
    ),
    DirectProgram(
        kind=CONSOLE, command=r"drizzle-kit\s+studio", source="https://orm.drizzle.team/docs/drizzle-kit-studio"
    ),
    DirectProgram(
        kind=CONSOLE,
        image=r"^(postgres|pg)-meta$",
        full_image=r"(^|/)supabase/studio\b",
        source="https://supabase.com/docs/guides/self-hosting/docker",
    ),
    DirectProgram(kind=CONSOLE, image=r"^sqlpad$", source="https://getsqlpad.com"),
    DirectProgram(kind=CONSOLE, image=r"^omnidb$", source="https://github.com/OmniDB/OmniDB"),
    DirectProgram(kind=CONSOLE, image=r"^drizzle-gateway$", source="https://gateway.drizzle.team"),
    DirectProgram(kind=CONSOLE, image=r"^schemaspy$", source="https://schemaspy.org"),
    DirectProgram(kind=CONSOLE, image=r"^bytebase$", source="https://docs.bytebase.com"),
    DirectProgram(kind=CONSOLE, image=r"^temboard(-agent)?$", source="https://temboard.readthedocs.io"),
    DirectProgram(kind=CONSOLE, image=r"^beekeeper-studio", source="https://docs.beekeeperstudio.io"),
    DirectProgram(kind=CONSOLE, full_image=r"(^|/)outerbase/studio\b", source="https://github.com/outerbase/studio"),
    DirectProgram(kind=CONSOLE, image=r"^whodb$", source="https://github.com/clidey/whodb"),
    DirectProgram(kind=CONSOLE, image=r"^pgmanage$", source="https://github.com/commandprompt/pgmanage"),
    DirectProgram(kind=CONSOLE, image=r"^azimutt$", source="https://github.com/azimuttapp/azimutt"),
    DirectProgram(kind=CONSOLE, image=r"metabase-db", source="https://www.metabase.com/docs/latest/"),
    DirectProgram(
        kind=BACKUP,
        image=r"backup|pg_?dump",
        command=r"\bpg_dump(all)?\b|\bpg_basebackup\b|\bpg_restore\b",
        source="https://www.postgresql.org/docs/current/backup.html",
    ),
    DirectProgram(kind=BACKUP, image=r"(^|[-_])barman([-_]|$)", source="https://docs.pgbarman.org/"),
    DirectProgram(kind=BACKUP, image=r"(^|[-_])wal-?g([-_]|$)", source="https://wal-g.readthedocs.io/"),
    DirectProgram(kind=BACKUP, image=r"(^|[-_])pghoard([-_]|$)", source="https://github.com/Aiven-Open/pghoard"),
    DirectProgram(kind=BACKUP, image=r"pgbackrest", source="https://pgbackrest.org/"),
    DirectProgram(
        kind=REPLICATION,
        image=r"debezium(?!-ui)",
        full_image=r"(^|/)debezium/(server|connect|operator|platform-conductor)\b",
        source="https://debezium.io/documentation/reference/stable/connectors/postgresql.html",
    ),
    DirectProgram(kind=REPLICATION, image=r"^realtime$", source="https://github.com/supabase/realtime"),
    DirectProgram(
        kind=REPLICATION,
        image=r"^logflare$",
        source="https://github.com/Logflare/logflare/blob/main/config/config.exs (replication_slot, publications)",
    ),
    DirectProgram(
        kind=REPLICATION, image=r"kafka-connect|^connect$", source="https://docs.confluent.io/platform/current/connect/"
    ),
    DirectProgram(kind=REPLICATION, image=r"pglogical", source="https://github.com/2ndQuadrant/pglogical"),
    DirectProgram(
        kind=REPLICATION,
        full_image=r"(^|/)peerdb-io/(flow-|peerdb-server)|(^|/)peerdb-server\b",
        source="https://github.com/PeerDB-io/peerdb/blob/main/docker-compose.yml",
    ),
    DirectProgram(kind=REPLICATION, image=r"airbyte", source="https://docs.airbyte.com/integrations/sources/postgres"),
    DirectProgram(
        kind=REPLICATION, image=r"^materialized?$", source="https://materialize.com/docs/ingest-data/postgres/"
    ),
    DirectProgram(kind=REPLICATION, image=r"^powersync([-_]service)?$", source="https://docs.powersync.com/"),
    DirectProgram(
        kind=REPLICATION,
        image=r"(^|[-_])(cdc|wal-listener)([-_]|$)",
        source="https://github.com/ihippik/wal-listener",
    ),
    DirectProgram(
        kind=REPLICATION, image=r"^electric([-_]?(sql|sync|service|server))?$", source="https://electric-sql.com/docs/"
    ),
    DirectProgram(
        kind=REPLICATION,
        image=r"(^|[-_])zero-cache([-_]|$)",
        full_image=r"(^|/)rocicorp/zero\b",
        source="https://zero.rocicorp.dev/docs/connecting-to-postgres",
    ),
    DirectProgram(kind=REPLICATION, image=r"(^|[-_])sequin([-_]|$)", source="https://sequinstream.com/docs/"),
    DirectProgram(kind=REPLICATION, image=r"(^|[-_])pgsync([-_]|$)", source="https://pgsync.com/"),
    DirectProgram(kind=REPLICATION, image=r"(^|[-_])pgstream([-_]|$)", source="https://github.com/xataio/pgstream"),
    DirectProgram(kind=REPLICATION, image=r"(^|[-_])readyset([-_]|$)", source="https://readyset.io/docs"),
    DirectProgram(kind=LISTEN, image=r"amqp-bridge|pg_?amqp", source="https://github.com/subzerocloud/pg-amqp-bridge"),
    DirectProgram(
        kind=LISTEN,
        image=r"graphile-worker",
        command=r"\bgraphile-worker\b",
        full_image=r"(^|/)graphile/worker\b",
        source="https://worker.graphile.org/docs",
    ),
    DirectProgram(
        kind=LISTEN,
        command=r"\bprocrastinate\b.*\bworker\b",
        source="https://procrastinate.readthedocs.io/en/stable/discussions.html",
    ),
    DirectProgram(kind=LISTEN, command=r"\bminion\s+worker\b", source="https://docs.mojolicious.org/Minion/Backend/Pg"),
    DirectProgram(
        kind=LISTEN,
        command=r"\bpulpcore-worker\b",
        source="https://github.com/pulp/pulpcore/blob/main/pulpcore/tasking/worker.py",
    ),
    DirectProgram(
        kind=LISTEN,
        command=r"\bgood_job\b(\s+start\b|\s*$|.*\bstart\b)",
        source="https://github.com/bensheldon/good_job#configuration",
    ),
    DirectProgram(
        kind=LISTEN,
        command=r"\bbundle\s+exec\s+que(\s|$)|(^|[\s/])bin/que(\s|$)",
        source="https://github.com/que-rb/que/blob/master/docs/README.md",
    ),
    DirectProgram(kind=LISTEN, command=r"\bqc:work\b", source="https://github.com/QueueClassic/queue_classic"),
    DirectProgram(kind=LISTEN, command=r"\bdramatiq[-_]pg\b", source="https://gitlab.com/dalibo/dramatiq-pg"),
    DirectProgram(
        kind=LISTEN,
        command=r"\bmanage\.py\s+(pgpubsub|listen)\b",
        source="https://github.com/PaulGilmartin/django-pgpubsub",
    ),
    DirectProgram(kind=LISTEN, command=r"\bpgqueuer\b|\bpgq\s+run\b", source="https://github.com/janbjorge/pgqueuer"),
    DirectProgram(
        kind=LISTEN,
        command=r"\bpostgraphile\b.*\s(--watch|-w|--subscriptions|-S)(\s|$)",
        source="https://www.graphile.org/postgraphile/usage-cli/",
    ),
    DirectProgram(
        kind=LISTEN,
        command=r"\bprocess_fts_updates\b",
        full_image=r"(^|/)zulip/docker-zulip\b",
        source="https://zulip.readthedocs.io/en/latest/subsystems/full-text-search.html",
    ),
    DirectProgram(
        kind=LISTEN,
        command=r"(^|[\s/])(pg|db)?[-_]?listener\.(js|ts|py|rb)\b|\bpg[-_]listen(er)?\b",
        source="https://www.postgresql.org/docs/current/sql-listen.html",
    ),
    DirectProgram(
        kind=LISTEN, image=r"^concourse([-_](web|ci))?$", source="https://concourse-ci.org/concourse-web.html"
    ),
    DirectProgram(kind=LISTEN, image=r"graph-node", source="https://github.com/graphprotocol/graph-node"),
    DirectProgram(
        kind=LISTEN,
        full_image=r"(^|/)coder/coder\b",
        source="https://github.com/coder/coder/blob/main/coderd/database/pubsub/pubsub.go",
    ),
    DirectProgram(
        kind=LISTEN,
        full_image=r"(^|/)(edgedb/edgedb|geldata/gel)\b",
        source="https://github.com/geldata/gel/blob/master/edb/server/pgcon/pgcon.pyx (LISTEN __edgedb_sysevent__)",
    ),
    DirectProgram(
        kind=LISTEN,
        image=r"^hatchet-(api|engine|lite)$",
        source="https://github.com/hatchet-dev/hatchet/blob/main/pkg/config/database/config.go (DirectDatabaseURL)",
    ),
    DirectProgram(
        kind=LISTEN,
        image=r"^appflowy_cloud$",
        source="https://github.com/AppFlowy-IO/AppFlowy-Cloud/blob/main/libs/database/src/listener.rs",
    ),
    DirectProgram(
        kind=LISTEN,
        full_image=r"(^|/)blockscout/blockscout\b",
        source="https://github.com/blockscout/blockscout/blob/master/apps/explorer/lib/explorer/chain/events/listener.ex",
    ),
    DirectProgram(
        kind=LISTEN,
        full_image=r"(^|/)nangohq/nango-server\b",
        source="https://github.com/NangoHQ/nango/blob/master/packages/orchestrator/lib/events.ts",
    ),
    DirectProgram(
        kind=LISTEN,
        image=r"^invidious$",
        source="https://github.com/iv-org/invidious/blob/master/src/invidious/jobs/notification_job.cr",
    ),
    DirectProgram(
        kind=LISTEN,
        command=r"\bui_backend_service\b",
        source="https://github.com/Netflix/metaflow-service/blob/master/services/ui_backend_service/api/notify.py",
    ),
    DirectProgram(kind=MIGRATOR, image=r"(^|[-_])flyway([-_]|$)", source="https://documentation.red-gate.com/flyway"),
    DirectProgram(kind=MIGRATOR, image=r"liquibase", source="https://docs.liquibase.com/"),
    DirectProgram(kind=MIGRATOR, image=r"dbmate", source="https://github.com/amacneil/dbmate"),
    DirectProgram(kind=MIGRATOR, image=r"sqitch", source="https://sqitch.org/docs/"),
    DirectProgram(kind=MIGRATOR, image=r"(^|[-_])goose([-_]|$)", source="https://pressly.github.io/goose/"),
    DirectProgram(
        kind=MIGRATOR, full_image=r"(^|/)migrate/migrate\b", source="https://github.com/golang-migrate/migrate"
    ),
    DirectProgram(kind=MIGRATOR, full_image=r"(^|/)arigaio/atlas\b", source="https://atlasgo.io/"),
)


def patterns(field: Field) -> list[tuple[str, Kind]]:
    """By kind, in the order of the table: one regular expression for all its programs.

    Args:
        field: where the expressions look.
    """
    by_kind: dict[Kind, list[str]] = {}
    for program in PROGRAMS:
        if pattern := getattr(program, field):
            by_kind.setdefault(program.kind, []).append(pattern)
    return [("|".join(alternatives), kind) for kind, alternatives in by_kind.items()]


LISTENER_NAMES = regex(r"^((pg|postgres(ql)?|db|database)[-_.]?)?(listener|notifier|subscriber)$", re.I)
"""Names of services that wait for notifications of the database: another word before it names another source, as in
`kafka-listener` or `slack-notifier`.
"""
LISTEN_SWITCH = regex(r"^(?!.*(HTTP|TCP|UDP|PORT|IP|QUEUE|KAFKA|REDIS|AMQP|ADDR))([A-Z0-9]+_)*LISTEN(ER)?(_|$)", re.I)
"""A variable that switches LISTEN on or off where its value is one of a switch."""
SWITCHED_OFF = regex(r"DISABLE", re.I)
"""The word that turns such a switch around."""
LISTENING_MODES = {"GOOD_JOB_EXECUTION_MODE": ("async", "async_all", "async_server")}
"""Variables whose values make an app listen (https://github.com/bensheldon/good_job#configuration)."""
REPLICATION_VARIABLES = regex(
    r"(REPLICATION|WAL|CDC)_?SLOT|(^|_)SLOT_?NAME$|(PG|POSTGRES|REPLICATION|CDC|WAL)\w*_PUBLICATION(_?NAME)?S?$", re.I
)
"""What only a consumer of logical replication is told: its slot and its publication
(https://www.postgresql.org/docs/current/logical-replication.html).
"""
REPLICATION_DECODERS = regex(r"\b(pgoutput|wal2json|decoderbufs|test_decoding)\b")
"""The plugins that decode for it."""
LOGICAL_WAL = regex(r"\bwal_level\s*=\s*'?logical\b")
"""The server setting that logical replication needs, as written in the command
(https://www.postgresql.org/docs/current/runtime-config-wal.html).
"""
