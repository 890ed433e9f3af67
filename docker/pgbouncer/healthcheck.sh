#!/usr/bin/env bash
# Docker's HEALTHCHECK: one query, as an app would send it, through PgBouncer to the configured database. A port that
# answers is not enough: PgBouncer's does with Postgres down. What it prints says which of the two is not answering.
set -u
export PGSERVICEFILE=/run/pgbouncer/private/pg_service.conf

# Shorter than the healthcheck's own timeout, so that there is time to say why.
ask() { timeout 3 psql --no-psqlrc --no-password --tuples-only --no-align -d "service=$1" -c "$2" 2>&1; }

answer=$(ask health 'SELECT 1')
code=$?
if [[ $code == 0 ]]; then
    echo 'pooler up, database answering'
    exit 0
fi
[[ $code != 124 ]] || answer='no answer within 3 seconds'
reason=${answer##*failed: } # what psql says before that is where it connected to
reason=${reason%%$'\n'*}
if ask admin 'SHOW VERSION' >/dev/null; then
    echo "pooler up, database not answering: $reason"
else
    echo "pooler not answering: $reason"
fi
exit 1
