#!/usr/bin/env bash
# One query, as an app would send it, through PgBouncer to the configured database. A port that answers is not enough:
# PgBouncer's does with Postgres down. What this prints says which of the two is not answering.
#
#   healthcheck.sh            asks once
#   healthcheck.sh --watch    Docker's HEALTHCHECK: says at once what is new, and asks on before it repeats itself
#
# Each start of a probe costs the engine and the container far more than a query does. So a probe that finds what the
# last one found does not end: it keeps its connection, asks every 15 seconds, and ends after two minutes, or at once
# when something changes. The connection also keeps one of PgBouncer's client slots when all others are taken.
set -u
umask 077
unset "${!PG@}" # an env file may have brought a PGPASSWORD or a PGOPTIONS, and they would win over the service file
export PGSERVICEFILE=/run/pgbouncer/private/pg_service.conf
export LC_ALL=C

well='pooler up, database answering'
options=(--no-psqlrc --no-password --tuples-only --no-align)

# --- once ---

# ask SECONDS SERVICE: these seconds count, and not the service file's own.
ask() { timeout "$1" psql "${options[@]}" -d "service=$2 connect_timeout=60" -c 'SELECT 1' 2>&1; }

# How long somebody may take to answer on a machine that takes so long to start a psql: on a busy one, the usual time
# can be over before anybody was asked. 0 where that is not so.
seconds_if_busy() {
    local began=${EPOCHREALTIME/./} took
    psql --version >/dev/null
    took=$((${EPOCHREALTIME/./} - began))
    ((took > 100000)) || took=0
    echo $((took < 1000000 ? took / 50000 : 20))
}

# ask_for_reason SECONDS SERVICE: fails where it is not answered, with the first line of why in $reason.
ask_for_reason() {
    local answer code longer
    answer=$(ask "$@")
    code=$?
    longer=$([[ $code != 124 ]] || seconds_if_busy)
    if ((longer)); then
        answer=$(ask "$longer" "$2")
        code=$?
    fi
    [[ $code != 0 ]] || return 0
    [[ $code != 124 ]] || answer="no answer within $((longer > 3 ? longer : 3)) seconds"
    reason=${answer##*" failed: "} # what psql says before that is where it connected to
    reason=${reason#psql: error: }
    reason=${reason%%$'\n'*}
    return 1
}

# It is enough for pg_isready that somebody asks for a password, or says no: it has no right at all, and needs none.
pooler_answers() { pg_isready --quiet --timeout=1 --dbname='service=health dbname=pgbouncer passfile=/nowhere'; }

# What there is to say, in $said. All that it asks takes less than 6 seconds, and 50 on a very busy machine.
look() {
    local pooled
    if [[ ! -r $PGSERVICEFILE ]]; then
        said='pooler not answering: it waits for the database, to see whether that asks for a password'
        return 1
    fi
    said=$well
    ! ask_for_reason 3 health || return 0
    pooled=$reason
    if ! pooler_answers; then
        said="pooler not answering: $pooled"
    elif ask_for_reason 0.9 direct; then
        say_why_not_through_the_pooler
        return
    else
        # PgBouncer lets a client wait for a server that it cannot reach, and keeps the reason to itself.
        [[ $pooled == 'no answer'* ]] || reason=$pooled
        said="pooler up, database not answering: $reason"
    fi
    return 1
}

# A pooler that is full does its work: only nobody else gets in.
say_why_not_through_the_pooler() {
    said="$well, but not through the pooler: $pooled"
    [[ $pooled != 'no answer'* ]] || said+='; the log of this container may say why'
    [[ $pooled == *'(max_client_conn)'* ]] || return 1
    said="$well; all client connections are taken: $pooled"
}

# --- with --watch ---

readonly reported=/run/pgbouncer/private/health # when the last probe ended, how many in a row had bad news, and its code
readonly patience=15                             # that many are HEALTHCHECK's retries: from then on it is unhealthy

read_last_report() {
    local ended=0
    bad_news=0 last=''
    [[ ! -r $reported ]] || read -r ended bad_news last <"$reported"
    # An older one is of a probe that was ended from outside, as by `docker pause`: what it knew was not told.
    ((EPOCHSECONDS - ended <= 5)) || last=''
}

# A psql that stays: what it says and reads is at descriptors 3 and 4.
connect() {
    [[ -r $PGSERVICEFILE ]] || return
    coproc pool { exec psql "${options[@]}" -d service=health 2>&1; }
    exec 3<&"${pool[0]:-none}" 4>&"${pool[1]:-none}"
} 2>/dev/null

query_again() {
    local answer
    echo 'SELECT 1;' >&4 && read -r -t 3 -u 3 answer && [[ $answer == 1 ]]
} 2>/dev/null

# Ends early where the connection does.
stay_while_well() {
    said=$well
    while ((SECONDS < 120)); do
        read -r -t 15 -u 3
        if (($? <= 128)) || ! query_again; then
            look
            return
        fi
    done
}

# Ends early, and then does not fail, where all is well.
stay_while_not() {
    local seconds=2 starting=0.1 pause=1
    ((bad_news < patience)) || seconds=60 starting=5 pause=5
    while ((SECONDS < seconds)); do
        if [[ $said == 'pooler up'* ]]; then sleep "$pause"; else sleep "$starting"; fi
        ! look || return 0
    done
    return 1
}

watch() {
    trap '' PIPE
    read_last_report
    if [[ $last == 0 ]] && connect && query_again; then
        stay_while_well
    elif look; then
        [[ $last != 0 ]] || sleep 2 # no slot was free for a connection that stays
    else
        [[ $last != 0 ]] && stay_while_not
    fi
    code=$?
    [[ -z ${pool_PID:-} ]] || kill "$pool_PID" 2>/dev/null # it may wait for an answer, and would not see that this ends
    ((bad_news = code == 0 ? 0 : bad_news + 1))
    echo "$EPOCHSECONDS $bad_news $code" 2>/dev/null >"$reported"
    return "$code"
}

case ${1:-} in
    --watch) watch ;;
    *) look ;;
esac
code=$?
echo "$said"
exit "$code"
