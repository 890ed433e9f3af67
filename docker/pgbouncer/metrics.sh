#!/usr/bin/env bash
# Sourced by entrypoint.sh: an account of its own for an exporter of metrics, in a folder that the two containers share.
#
# The account may read the console's tables (stats_users) and is no role of the server. Nobody has to choose or keep its
# password: it is made here, once for each such folder, and is in no variable and in no file of the project.

# Variables go from one of the sourced files to the other.
# shellcheck disable=SC2034,SC2154

readonly metrics_user=devpool_metrics

offer_metrics() {
    local folder=${PGBOUNCER_METRICS_FOLDER:-}
    [[ -n $folder ]] || return 0
    [[ $folder == /* && -d $folder && -w $folder ]] || die PGBOUNCER_METRICS_FOLDER \
        "no folder that user id $EUID can write to; mount a volume at /run/devpool-metrics, and give that path"
    refuse_without_password
    read_metrics_password "$folder/pgpass"
    keep_for_exporter "$folder/pgpass" "*:*:*:$metrics_user:$metrics_password"
    keep_for_exporter "$folder/connection" "port=${setting[listen_port]:-6432} sslmode=$(sslmode_of_clients)"
    [[ ${setting[auth_type]} != trust ]] || metrics_password='' # nobody is asked for one
    add_user PGBOUNCER_METRICS_FOLDER "$metrics_user" "$metrics_password"
    setting[stats_users]=${setting[stats_users]:+${setting[stats_users]}, }$metrics_user
}

# keep_for_exporter FILE LINE: whole or not at all, for the exporter may be reading.
keep_for_exporter() {
    # Not through a link that somebody in the other container put there.
    if ! { rm -f "$1.new" && printf '%s\n' "$2" >"$1.new" && mv "$1.new" "$1"; } 2>/dev/null; then
        die PGBOUNCER_METRICS_FOLDER 'the account cannot be written there; give the volume more size'
    fi
}

# Where PgBouncer asks its clients for something else than a password, the account would not be let in.
refuse_without_password() {
    case ${setting[auth_type]} in
        cert | ldap | pam) die PGBOUNCER_METRICS_FOLDER \
            "the exporter logs in with a password, which PGBOUNCER_AUTH_TYPE=${setting[auth_type]} does not ask for; remove one of the two" ;;
    esac
    [[ ${setting[client_tls_sslmode]} != verify-* ]] || die PGBOUNCER_METRICS_FOLDER \
        'the exporter has no certificate, which PGBOUNCER_CLIENT_TLS_SSLMODE asks clients for; remove one of the two'
}

# The one of before, if there is one: an exporter that goes on running has read it.
read_metrics_password() {
    local line=''
    [[ ! -r $1 ]] || IFS= read -r line <"$1" || true
    metrics_password=${line##*:}
    [[ $metrics_password =~ ^[0-9a-f]{48}$ ]] || metrics_password=$(openssl rand -hex 24)
}

# What the exporter's driver knows of the modes: it has no `prefer`.
sslmode_of_clients() {
    if [[ ${setting[client_tls_sslmode]} == require ]]; then echo require; else echo disable; fi
}
