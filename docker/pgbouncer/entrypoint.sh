#!/usr/bin/env bash
# Makes PgBouncer's configuration from the environment, at every start, and then becomes PgBouncer.
#
# The configuration holds a password: it is written into a folder of mode 0700 under /run/pgbouncer, which is
# meant to be a tmpfs. No value of the environment reaches a command line, the log or an error message.
set -euo pipefail
export LC_ALL=C # text is bytes here; UTF-8 passes through as it is
umask 077

readonly share=/usr/local/share/devpool
readonly run=/run/pgbouncer/private

# die VARIABLE "what is wrong; how to mend it"
die() {
    printf 'devpool-pgbouncer: %s: %s\n' "$1" "$2" >&2
    exit 1
}

# Each of them: its first lines say what it does.
# shellcheck source=docker/pgbouncer/upstream.sh
source "$share/upstream.sh"
# shellcheck source=docker/pgbouncer/settings.sh
source "$share/settings.sh"
# shellcheck source=docker/pgbouncer/tls.sh
source "$share/tls.sh"
# shellcheck source=docker/pgbouncer/authentication.sh
source "$share/authentication.sh"
# shellcheck source=docker/pgbouncer/metrics.sh
source "$share/metrics.sh"
# shellcheck source=docker/pgbouncer/peers.sh
source "$share/peers.sh"
# shellcheck source=docker/pgbouncer/configuration.sh
source "$share/configuration.sh"

# PgBouncer gets its settings by file: of the environment only what its libraries read is for it. Whatever else an env
# file brought into this container does not stay in the memory of a process that talks to the network.
#
# It is PID 1, to which processes fall whose parent has ended, and it never asks for them. Where it ignores SIGCHLD, the
# kernel keeps none as a zombie.
become_pgbouncer() {
    local name passed=()
    for name in PATH TZ LOCALDOMAIN RES_OPTIONS SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF LDAPTLS_CACERT; do
        [[ -z ${!name:-} ]] || passed+=("$name=${!name}")
    done
    passed+=(LD_PRELOAD=/usr/local/lib/devpool/uncached-dns.so)
    exec env -i --ignore-signal=CHLD "${passed[@]}" pgbouncer "$@" "$run/pgbouncer.ini"
}

main() {
    trap 'exit 0' INT TERM # while it waits for a server; PID 1 has no default for them
    read_upstream
    number_this_peer
    read_settings
    choose_tls
    choose_authentication
    check_users
    offer_metrics
    list_peers
    write_configuration
    # One descriptor for each client and server connection; engines often start containers with a soft limit of 1024.
    ulimit -S -n "$(ulimit -H -n)"
    become_pgbouncer "$@"
}

main "$@"
