#!/bin/sh
# What a pooler tells, in one call: what its console shows, what a connection hears at its login, and what a query meets.
#
#   sh -c "$(cat console.sh)" sh REPORTED QUERY ARGUMENTS...
#
# REPORTED is the text of reported.pl, and QUERY any word; each is empty where that is not asked for. ARGUMENTS are psql's,
# for the console. A line ends each answer, as one that is among the arguments ends each of the console's.
services=/run/pgbouncer/private/pg_service.conf
reported=$1
query=$2
shift 2

[ -r "$services" ] || exec pooler-admin 'SHOW VERSION' # it says why it cannot ask
env -i PATH="$PATH" PGSERVICEFILE="$services" psql -Xw -d service=admin "$@" || exit

if [ -n "$reported" ]; then
    name=$(sed -n 's/^auth_dbname *= *//p' /run/pgbouncer/private/pgbouncer.ini | tail -n 1)
    perl -e "$reported" "$name" 2>/dev/null
fi
echo '-- end of answer'

if [ -n "$query" ]; then
    said=$(healthcheck.sh 2>&1)
    # A full pooler is healthy for Docker, and yet this query did not go through it.
    [ "$said" = 'pooler up, database answering' ] || printf '%s\n' "${said:-the healthcheck gives no reason}"
fi
echo '-- end of answer'
