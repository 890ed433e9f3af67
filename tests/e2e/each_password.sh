#!/usr/bin/env bash
# Runs inside the pooler's container. For each pair of lines (role, password) of the file $1: starts the pooler with
# that password, given in the way of $2 (raw or file), logs in through it as a client, and prints the role that the
# server saw.
set -u

one() {
    local pooler answer
    if [[ $1 == raw ]]; then
        POSTGRES_USER=$role POSTGRES_PASSWORD=$password entrypoint.sh --quiet &
    else
        printf '%s\n' "$password" >/run/pgbouncer/secret
        POSTGRES_USER=$role POSTGRES_PASSWORD_FILE=/run/pgbouncer/secret entrypoint.sh --quiet &
    fi
    pooler=$!
    until { : <>/dev/tcp/127.0.0.1/6432; } 2>/dev/null; do kill -0 "$pooler" || return; done
    answer=$(PGPASSWORD=$password psql -XAtqw -h 127.0.0.1 -p 6432 -U "$role" -d app -c 'SELECT current_user' 2>&1)
    printf '%s\n' "$answer"
    kill -QUIT "$pooler"
    wait "$pooler" 2>/dev/null
}

exec 3<"$1"
while IFS= read -r role <&3 && IFS= read -r password <&3; do
    one "$2"
done
