#!/usr/bin/env bash
# Sourced by entrypoint.sh: writes what PgBouncer, and psql in healthcheck.sh and pooler-admin, read.

# Variables go from one of the sourced files to the other.
# shellcheck disable=SC2034,SC2154

make_folder() {
    mkdir -p "$run" 2>/dev/null && chmod 700 "$run" 2>/dev/null && [[ -w $run ]] ||
        die /run/pgbouncer "user id $EUID cannot write there; give the service \`tmpfs: [/run/pgbouncer]\`"
}

# fill_in TEMPLATE NAME=VALUE...: replaces each @NAME@ in one pass, so that a value with an @NAME@ in it stays as it is.
fill_in() {
    local template pair
    local -A value_of=()
    template=$(<"$share/$1")
    shift
    for pair in "$@"; do
        value_of[${pair%%=*}]=${pair#*=}
    done
    while [[ $template =~ ^([^@]*)@([A-Z_]+)@(.*)$ ]]; do
        printf '%s%s' "${BASH_REMATCH[1]}" "${value_of[${BASH_REMATCH[2]}]}"
        template=${BASH_REMATCH[3]}
    done
    printf '%s\n' "$template"
}

# --- [databases] ---

# What PGBOUNCER_DB_<KEY> says of every database, into $database_keys.
collect_database_keys() {
    local key
    database_keys=''
    for key in "${keys[@]}"; do
        [[ $key != db_* || -z ${setting[$key]:-} ]] || database_keys+=" ${key#db_}='${setting[$key]//\'/\'\'}'"
    done
}

# add_line VARIABLE NAME INDEX [MORE]: NAME leads to the database of that index. A name cannot be written with a '.
add_line() {
    [[ $2 != *\'* ]] || die "$1" "names a database with a ' in it; PgBouncer cannot have it under a name of its own"
    lines+="'$2' = host=${hosts[$3]} port=${ports[$3]} dbname='${databases[$3]//\'/\'\'}'$database_keys${4:-}"$'\n'
}

# The first server has all its databases under their own names (in the template); the others have the ones named.
collect_databases() {
    local i
    lines=''
    for i in "${!databases[@]}"; do
        [[ "${hosts[i]} ${ports[i]}" == "$host $port" ]] || add_line "${databases_by[i]}" "${databases[i]}" "$i"
    done
    open_session_doors
}

# PGBOUNCER_SESSION_DATABASE: 1 is NAME_session for each database NAME that the variables name; or a list of NAME, a
# door to the first database, and NAME=DATABASE.
open_session_doors() {
    local door doors i
    case ${PGBOUNCER_SESSION_DATABASE:-0} in
        0 | [Ff]alse | [Nn]o | [Oo]ff) ;;
        1 | [Tt]rue | [Yy]es | [Oo]n)
            for i in "${!databases[@]}"; do add_door "${databases[i]}_session" "$i"; done
            ;;
        *)
            IFS=, read -ra doors <<<"$PGBOUNCER_SESSION_DATABASE"
            for door in "${doors[@]}"; do
                find_database "${door#"${door%%=*}"}"
                add_door "${door%%=*}" "$found"
            done
            ;;
    esac
}

# find_database [=NAME]: its index in $found. One that no variable names is on the first server.
find_database() {
    found=0
    [[ -n $1 ]] || return 0
    for found in "${!databases[@]}"; do
        [[ ${databases[found]} != "${1#=}" ]] || return 0
    done
    found=${#databases[@]}
    [[ -n ${1#=} ]] || die PGBOUNCER_SESSION_DATABASE 'has a name without a database behind the =; write it as NAME=DATABASE'
    add_database PGBOUNCER_SESSION_DATABASE "${1#=}" "$host" "$port"
}

add_door() {
    local name=PGBOUNCER_SESSION_DATABASE i
    [[ -n $1 ]] || die "$name" 'has an empty name in it; use 1, NAME or NAME=DATABASE'
    [[ $1 != '*' && $1 != pgbouncer && $1 != devpool_health ]] || die "$name" 'is a name that PgBouncer or the image uses; choose another'
    check_name "$name" "$1" 63
    for i in "${!databases[@]}"; do
        [[ $1 != "${databases[i]}" || $i -ge ${#databases_by[@]} ]] ||
            die "$name" 'names a database itself; choose another name for the door, or set PGBOUNCER_POOL_MODE=session'
    done
    add_line "$name" "$1" "$2" ' pool_mode=session'
}

# --- the files ---

collect_settings() {
    local key
    settings=''
    for key in "${keys[@]}"; do
        [[ $key == db_* || -z ${setting[$key]:-} ]] || settings+="$key = ${setting[$key]}"$'\n'
    done
}

list_users() {
    local i
    for i in "${!users[@]}"; do
        fill_in userlist.txt.template USER_QUOTED="${users[i]//\"/\"\"}" PASSWORD_QUOTED="${passwords[i]//\"/\"\"}"
    done
}

# What psql reads, so that no password is on a command line. Where clients have to show a certificate, the healthcheck,
# which has none, comes by the unix socket.
write_client_files() {
    local escaped=${password//\\/\\\\} listen_port=${setting[listen_port]:-6432} address=127.0.0.1 root=''
    [[ ${setting[client_tls_sslmode]} != verify-* ]] || address=$run
    [[ ${setting[server_tls_sslmode]} != verify-* ]] || root=sslrootcert=${setting[server_tls_ca_file]}
    printf '*:*:*:*:%s\n' "${escaped//:/\\:}" >"$run/pgpass" || return
    cat >"$run/pg_service.conf" <<END
[health]
host=$address
port=$listen_port
user=$user
dbname=devpool_health
application_name=devpool-health
passfile=$run/pgpass
connect_timeout=3

[direct]
host=$host
port=$port
user=$user
dbname=$database
application_name=devpool-health
passfile=$run/pgpass
connect_timeout=3
sslmode=${setting[server_tls_sslmode]}
$root

[admin]
host=$run
port=$listen_port
user=pgbouncer
dbname=pgbouncer
application_name=devpool-admin
connect_timeout=3
END
}

write_files() {
    fill_in pgbouncer.ini.template RUN="$run" HOST="$host" PORT="$port" USER="$user" DATABASE="$database" \
        DATABASE_QUOTED="${database//\'/\'\'}" DATABASE_KEYS="$database_keys" DATABASES="$lines" SETTINGS="$settings" PEERS="$peers" \
        >"$run/pgbouncer.ini" &&
        list_users >"$run/userlist.txt" &&
        write_client_files
}

write_configuration() {
    collect_database_keys
    collect_databases
    collect_settings
    make_folder
    write_files 2>/dev/null || die /run/pgbouncer 'the configuration does not fit there; give the tmpfs more size'
}
