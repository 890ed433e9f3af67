#!/usr/bin/env bash
# Sourced by entrypoint.sh: certificates, to clients and of servers.

# Variables go from one of the sourced files to the other.
# shellcheck disable=SC2034,SC2154

readonly system_cas=/etc/ssl/certs/ca-certificates.crt

choose_tls() {
    choose_server_tls
    case ${setting[client_tls_sslmode]} in
        disable) refuse_idle_certificate ;;
        *) choose_client_certificate ;;
    esac
    if [[ ${PGBOUNCER_AUTH_TYPE:-} == cert && ${setting[client_tls_sslmode]} != verify-full ]]; then
        die PGBOUNCER_CLIENT_TLS_SSLMODE 'is not verify-full, and PGBOUNCER_AUTH_TYPE=cert needs it; set it'
    fi
}

# --- servers ---

choose_server_tls() {
    local mode=${setting[server_tls_sslmode]}
    if [[ -z ${setting[server_tls_ca_file]:-} ]]; then
        use_root_certificate_of_url "$mode"
    else
        check_certificate PGBOUNCER_SERVER_TLS_CA_FILE
    fi
    check_pair SERVER
}

# As libpq reads sslrootcert: a file makes `require` check, and `system` is the system's authorities. Where nothing is
# said, libpq would look into a home folder; here it is the system's.
use_root_certificate_of_url() {
    case $sslrootcert in
        '' | system) setting[server_tls_ca_file]=$system_cas ;;
        *)
            case $1 in
                require) [[ -n ${PGBOUNCER_SERVER_TLS_SSLMODE:-} ]] || setting[server_tls_sslmode]=verify-ca ;;
                verify-*) ;;
                *) return 0 ;;
            esac
            [[ $sslrootcert == /* && -f $sslrootcert && -r $sslrootcert ]] || die "$sslrootcert_by" \
                "has an sslrootcert that user id $EUID cannot read in this container; mount it there, or name it with PGBOUNCER_SERVER_TLS_CA_FILE"
            setting[server_tls_ca_file]=$sslrootcert
            ;;
    esac
}

# --- clients ---

refuse_idle_certificate() {
    local key
    for key in client_tls_{cert,key,ca}_file; do
        [[ -z ${setting[$key]:-} ]] || die "PGBOUNCER_${key^^}" \
            'set, but TLS to clients is off; set PGBOUNCER_CLIENT_TLS_SSLMODE to allow or require'
    done
}

choose_client_certificate() {
    local mode=${setting[client_tls_sslmode]}
    check_pair CLIENT
    [[ -n ${setting[client_tls_cert_file]:-} ]] || make_certificate
    if [[ -n ${setting[client_tls_ca_file]:-} ]]; then
        check_certificate PGBOUNCER_CLIENT_TLS_CA_FILE
    elif [[ $mode == verify-* ]]; then
        die PGBOUNCER_CLIENT_TLS_CA_FILE 'not set, and PGBOUNCER_CLIENT_TLS_SSLMODE checks the certificates of clients with it; set it'
    else
        setting[client_tls_ca_file]=$system_cas # is loaded, never asked
    fi
}

# An app with sslmode=require wants TLS and looks at no name. The key lives as long as the container runs, in memory.
make_certificate() {
    make_folder
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 -subj '/CN=devpool pooler' \
        -keyout "$run/tls.key" -out "$run/tls.crt" &>/dev/null ||
        die PGBOUNCER_CLIENT_TLS_SSLMODE 'no certificate could be made; give one with PGBOUNCER_CLIENT_TLS_CERT_FILE and PGBOUNCER_CLIENT_TLS_KEY_FILE'
    setting[client_tls_cert_file]=$run/tls.crt
    setting[client_tls_key_file]=$run/tls.key
}

# --- files ---

# check_pair CLIENT|SERVER: both files or none, and the one belongs to the other.
check_pair() {
    local certificate=PGBOUNCER_${1}_TLS_CERT_FILE key=PGBOUNCER_${1}_TLS_KEY_FILE public
    [[ -n ${!certificate:-}${!key:-} ]] || return 0
    [[ -n ${!certificate:-} ]] || die "$certificate" "not set, and $key is; a certificate and its key belong together"
    [[ -n ${!key:-} ]] || die "$key" "not set, and $certificate is; a certificate and its key belong together"
    check_certificate "$certificate"
    public=$(openssl pkey -in "${!key}" -passin pass: -pubout 2>/dev/null) ||
        die "$key" 'no private key without a passphrase is in that file; give it in PEM form'
    [[ $(openssl x509 -in "${!certificate}" -noout -pubkey 2>/dev/null) == "$public" ]] ||
        die "$key" "is not the key of the certificate in $certificate; give the two that belong together"
}

check_certificate() {
    openssl x509 -in "${!1}" -noout &>/dev/null || die "$1" 'no certificate is in that file; give it in PEM form'
}
