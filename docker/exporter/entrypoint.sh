#!/usr/bin/env bash
# Waits for the pooler, and then becomes the exporter. It logs in as the account that the pooler made for it
# (docker/pgbouncer/metrics.sh), whose password is read from a file: it is in no variable and on no command line.
set -euo pipefail

# A volume that is shared with the pooler (`volumes_from`).
readonly folder=${METRICS_FOLDER:-/run/devpool-metrics}

die() {
    printf 'devpool-exporter: %s: %s\n' "$1" "$2" >&2
    exit 1
}

# connection_of FOLDER: `port=... sslmode=...`, as the pooler wrote it.
connection_of() {
    local line
    IFS= read -r line <"$1/connection" || return 1
    [[ $line =~ ^port=[0-9]+\ sslmode=(disable|require)$ ]] || return 1
    printf '%s' "$line"
}

pooler_answers() {
    local port=${1#port=}
    (exec 3<>"/dev/tcp/$POOLER_HOST/${port%% *}") 2>/dev/null
}

[[ -n ${POOLER_HOST:-} ]] || die POOLER_HOST "not set; name the pooler's service, such as POOLER_HOST: pgbouncer"
[[ $POOLER_HOST =~ ^[A-Za-z0-9_.-]+$ ]] || die POOLER_HOST 'is no host name; give the bare name of the service'
[[ -r $folder/pgpass ]] || die METRICS_FOLDER \
    "nothing of the pooler is in $folder; give this service volumes_from the pooler, and the pooler PGBOUNCER_METRICS_FOLDER"

# The exporter itself would end where the pooler does not answer yet, after a restart of the engine for instance.
trap 'exit 0' TERM INT
until connection=$(connection_of "$folder") && pooler_answers "$connection"; do
    sleep 1
done

export PGPASSFILE=$folder/pgpass
export PGBOUNCER_EXPORTER_CONNECTION_STRING="host=$POOLER_HOST $connection user=devpool_metrics dbname=pgbouncer connect_timeout=3"
exec prometheus-pgbouncer-exporter --log.level=warn "$@"
