#!/usr/bin/env bash
# Entrypoint of the stand-in for postgres:17. It takes the official image's environment variables and
# /docker-entrypoint-initdb.d; nothing else of that image is imitated.
set -euo pipefail

say() { printf 'postgres stand-in: %s\n' "$*" >&2; }
die() {
    say "$@"
    exit 1
}

# Gives VAR the content of the file named by VAR_FILE, else DEFAULT where VAR is empty.
from_file() {
    local name=$1 default=${2:-} file_name=${1}_FILE
    if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
        die "both $name and $file_name are set, give one of them"
    fi
    if [[ -n ${!file_name:-} ]]; then
        printf -v "$name" '%s' "$(<"${!file_name}")"
    else
        printf -v "$name" '%s' "${!name:-$default}"
    fi
    export "${name?}"
    unset "$file_name"
}

read_environment() {
    from_file POSTGRES_USER postgres
    from_file POSTGRES_PASSWORD
    from_file POSTGRES_DB "$POSTGRES_USER"
    from_file POSTGRES_INITDB_ARGS
    POSTGRES_HOST_AUTH_METHOD=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
}

# Root only prepares the folders: the server refuses to run as root.
prepare_folders() {
    mkdir -p "$PGDATA" /var/run/postgresql
    chmod 700 "$PGDATA"
    chmod 3777 /var/run/postgresql
    find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres:postgres {} +
}

create_cluster() {
    if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
        die "no password for the superuser: set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust"
    fi
    local arguments=(--username="$POSTGRES_USER") extra
    read -ra extra <<<"$POSTGRES_INITDB_ARGS"
    # A file descriptor, so that the password is on no command line and in no file.
    if [[ -n $POSTGRES_PASSWORD ]]; then
        initdb "${arguments[@]}" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${extra[@]}"
    else
        initdb "${arguments[@]}" "${extra[@]}"
    fi
    printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$PGDATA/pg_hba.conf"
}

# While the init scripts run, the server is to be found by them alone: no TCP, and its socket in a folder of
# its own. Otherwise a healthcheck would pass, and apps would start, on a half made database.
start_private_server() {
    PGHOST=$(mktemp -d)
    export PGHOST
    "$@" -c listen_addresses= -c unix_socket_directories="$PGHOST" &
    private_server=$!
    until pg_isready --quiet --username="$POSTGRES_USER" --dbname=postgres; do
        kill -0 "$private_server" || die "the server ended during initialisation"
        sleep 0.1
    done
}

stop_private_server() {
    kill -INT "$private_server"
    wait "$private_server"
    rm -rf "$PGHOST"
    unset PGHOST
}

run_sql() { psql --no-psqlrc --no-password -v ON_ERROR_STOP=1 --username="$POSTGRES_USER" "$@"; }

create_database() {
    [[ $POSTGRES_DB != postgres ]] || return 0
    run_sql --dbname=postgres --set=name="$POSTGRES_DB" --quiet <<<'CREATE DATABASE :"name";'
}

run_init_scripts() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                say "running $file"
                # As in the official image: an executable runs by itself, any other is read by this shell.
                if [[ -x $file ]]; then
                    "$file"
                else
                    # shellcheck source=/dev/null
                    source "$file"
                fi
                ;;
            *.sql)
                say "running $file"
                run_sql --dbname="$POSTGRES_DB" --file="$file"
                ;;
            *.sql.gz)
                say "running $file"
                gunzip --stdout "$file" | run_sql --dbname="$POSTGRES_DB"
                ;;
            /docker-entrypoint-initdb.d/\*) ;; # the folder is empty
            *) say "ignoring $file" ;;
        esac
    done
}

initialise() {
    read_environment
    create_cluster
    # What the init scripts connect with; the server's own pg_hba.conf trusts its socket.
    export PGPASSWORD=$POSTGRES_PASSWORD
    start_private_server "$@"
    create_database
    run_init_scripts
    stop_private_server
    unset PGPASSWORD
    say "initialisation done"
}

asks_for_words() { [[ " $* " =~ \ (--help|-\?|--version|-V|--describe-config)\  ]]; }

if [[ ${1:-postgres} == -* ]]; then
    set -- postgres "$@"
fi
if [[ ${1:-} == postgres ]] && ! asks_for_words "$@"; then
    if [[ $(id -u) == 0 ]]; then
        prepare_folders
        exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
    fi
    if [[ ! -s $PGDATA/PG_VERSION ]]; then
        initialise "$@"
    fi
fi
exec "$@"
