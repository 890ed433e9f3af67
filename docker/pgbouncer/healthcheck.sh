#!/usr/bin/env bash
# Docker's HEALTHCHECK: one query, as an app would send it, through PgBouncer to the configured database. A port that
# answers is not enough: PgBouncer's does with Postgres down. What it prints says which of the two is not answering.
set -u
unset "${!PG@}" # an env file may have brought a PGPASSWORD or a PGOPTIONS, and they would win over the service file
export PGSERVICEFILE=/run/pgbouncer/private/pg_service.conf

if [[ ! -r $PGSERVICEFILE ]]; then
    echo 'pooler not answering: it waits for the database, to see whether that asks for a password'
    exit 1
fi

# ask SECONDS SERVICE: all together less than the healthcheck's own timeout, so that there is time to say why.
ask() { timeout "$1" psql --no-psqlrc --no-password --tuples-only --no-align -d "service=$2" -c 'SELECT 1' 2>&1; }

# PgBouncer lets a client wait for a server that it cannot reach, and keeps the reason to itself.
ask_directly() {
    answer=$(ask 0.9 direct)
    case $? in
        0) answer='it answers directly, and not through the pooler; the log of this container may say why' ;;
        124) answer='no answer within 3 seconds' ;;
    esac
}

answer=$(ask 3 health)
code=$?
if [[ $code == 0 ]]; then
    echo 'pooler up, database answering'
    exit 0
fi

# It is enough for pg_isready that somebody asks for a password, or says no: it has no right at all, and needs none.
if pg_isready --quiet --timeout=1 --dbname='service=health dbname=pgbouncer passfile=/nowhere'; then
    who='pooler up, database'
    [[ $code != 124 ]] || ask_directly
else
    who='pooler'
    [[ $code != 124 ]] || answer='no answer within 3 seconds'
fi
reason=${answer##*" failed: "} # what psql says before that is where it connected to
reason=${reason#psql: error: }
echo "$who not answering: ${reason%%$'\n'*}"
exit 1
