#!/usr/bin/env bash
# Sourced by entrypoint.sh: what the pooler asks its clients for, which is what the server asks for.
#
# A pooler that lets somebody in without a password must not log in to the server with one: it would open a door that
# the server keeps closed. So where clients are trusted (auth_type=trust), no password is written into auth_file.

# Variables go from one of the sourced files to the other.
# shellcheck disable=SC2034,SC2154

choose_authentication() {
    case ${POSTGRES_HOST_AUTH_METHOD:-} in
        trust) trust_like_the_server ;;
        md5) [[ -n ${PGBOUNCER_AUTH_TYPE:-} ]] || setting[auth_type]=md5 ;;
        '' | scram-sha-256 | password) ;;
        *) die POSTGRES_HOST_AUTH_METHOD 'is not one of trust, scram-sha-256, md5, password; remove it, or use one of them' ;;
    esac
    case ${PGBOUNCER_AUTH_TYPE:-} in
        hba) check_hba_file ;;
        ldap) require_setting auth_ldap_options PGBOUNCER_AUTH_TYPE=ldap ;;
    esac
}

# require_setting KEY WHAT-NEEDS-IT
require_setting() {
    [[ -n ${setting[$1]:-} ]] || die "PGBOUNCER_${1^^}" "not set, and $2 needs it; set it"
}

check_hba_file() {
    require_setting auth_hba_file PGBOUNCER_AUTH_TYPE=hba
    ! grep -Eq '^[[:space:]]*host[a-z]*[[:space:]][^#]*[[:space:]]"?trust"?([[:space:]]|$)' "${setting[auth_hba_file]}" ||
        die PGBOUNCER_AUTH_HBA_FILE 'has a line with trust, which would let in clients that the server would not; use scram-sha-256 in it'
}

# --- a server that is said to trust ---

# auth_type=any would log every client in as one user, and would make every client an administrator of the console.
# With auth_type=trust each client is itself, and PgBouncer has to know its name: it asks pg_roles, which any role may
# read, so all that the trusting server lets in come in. The console takes no one by trust, because no user is listed
# for it; a listed one could be claimed by anybody.
trust_like_the_server() {
    [[ -z ${PGBOUNCER_ADMIN_USERS:-} ]] || die PGBOUNCER_ADMIN_USERS \
        'would make everybody an administrator, since POSTGRES_HOST_AUTH_METHOD is trust; use pooler-admin inside the container'
    if [[ -z ${PGBOUNCER_AUTH_TYPE:-} ]]; then
        servers_trust || return 0
        setting[auth_type]=trust
        password=''
        passwords=("${passwords[@]/*/}")
    fi
    [[ -n ${PGBOUNCER_AUTH_QUERY:-} ]] ||
        setting[auth_query]="SELECT rolname, '' FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) \$1 AND rolcanlogin"
}

# What the variable says and what the server does differ, for instance, where its data is older than the variable.
# Without a password there is nothing that could open a door, so nobody has to be asked.
servers_trust() {
    local i
    [[ -n "${passwords[*]}" ]] || return 0
    for i in "${!databases[@]}"; do
        if ! server_trusts "${hosts[i]}" "${ports[i]}" "${databases[i]}"; then
            printf 'devpool-pgbouncer: POSTGRES_HOST_AUTH_METHOD: says trust, but the server asks for a password; so does the pooler\n' >&2
            return 1
        fi
    done
}

# server_trusts HOST PORT DATABASE: waits for a server that is not there yet. A server that says something else than
# yes or "your password" (no such database, for instance) counts as trusting after ten seconds: then no password is
# written anywhere, and it decides by itself.
server_trusts() {
    local answer others=0
    while ((others < 20)); do
        answer=$(ask_server "$@" psql --no-psqlrc --no-password --command='' 2>&1) && return 0
        [[ $answer != *'no password supplied'* ]] || return 1
        ! ask_server "$@" pg_isready --quiet --timeout=3 || others=$((others + 1))
        sleep 0.5
    done
}

# ask_server HOST PORT DATABASE COMMAND...: without a password, and without what else the environment has for libpq.
ask_server() {
    local mode=${setting[server_tls_sslmode]} where
    where=(PATH="$PATH" LC_ALL=C PGHOST="$1" PGPORT="$2" PGDATABASE="$3" PGUSER="$user" PGPASSFILE=/dev/null PGCONNECT_TIMEOUT=3)
    where+=(PGSSLMODE="$mode")
    [[ $mode != verify-* ]] || where+=(PGSSLROOTCERT="${setting[server_tls_ca_file]}")
    env -i "${where[@]}" timeout 5 "${@:4}"
}
