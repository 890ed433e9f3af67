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

host='' port='' user='' password='' database='' sslmode=''
from_url='' # DATABASE_URL, once it has been read
overrides=''

# die VARIABLE "what is wrong; how to mend it"
die() {
    printf 'devpool-pgbouncer: %s: %s\n' "$1" "$2" >&2
    exit 1
}

# The variable to name when something is wrong with what VARIABLE stands for.
source_of() {
    if [[ -n ${!1:-} ]]; then echo "$1"; else echo "${from_url:-$1}"; fi
}

# Gives VARIABLE the content of the file that VARIABLE_FILE names. An empty variable counts as not set, here and
# below: Compose passes `${NAME:-}` on as an empty text.
from_file() {
    local name=$1 file_name=${1}_FILE
    local file=${!file_name:-}
    [[ -n $file ]] || return 0
    [[ -z ${!name:-} ]] || die "$name" "set together with $file_name; keep one of the two"
    [[ -f $file && -r $file ]] ||
        die "$file_name" "no file that user id $EUID can read; check the path, or make the file readable to others"
    printf -v "$name" '%s' "$(<"$file")"
}

# A line break would begin a new line of the configuration, with whatever stands behind it.
refuse_line_breaks() {
    local name
    for name in "$@"; do
        [[ ${!name:-} != *[$'\n\r']* ]] || die "$name" 'has a line break in it; write it on one line'
    done
}

# decode VARIABLE TEXT: percent-decoding of a part of DATABASE_URL.
decode() {
    [[ ! $2 =~ %([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$) && $2 != *%00* ]] ||
        die DATABASE_URL 'has a % that begins no %XX; write the % itself as %25'
    local text=${2//\\/\\\\} # %b reads backslashes too
    printf -v "$1" '%b' "${text//%/\\x}"
}

read_url_query() {
    local pairs pair
    IFS='&' read -ra pairs <<<"$1"
    for pair in "${pairs[@]}"; do
        case $pair in
            user=* | password=* | host=* | port=* | sslmode=*) decode "${pair%%=*}" "${pair#*=}" ;;
            dbname=*) decode database "${pair#*=}" ;;
        esac # the rest is for the driver, not for the server
    done
}

read_url_address() {
    [[ $1 =~ ^(\[([0-9A-Fa-f:.]+)\]|[^],:[]*)(:([0-9]*))?$ ]] ||
        die DATABASE_URL 'does not name one host and port; set POSTGRES_HOST and POSTGRES_PORT'
    port=${BASH_REMATCH[4]:-}
    decode host "${BASH_REMATCH[2]:-${BASH_REMATCH[1]}}" # last: decode has a match of its own
}

read_url() {
    [[ ${DATABASE_URL:-} =~ ^(postgres|postgresql)(\+[A-Za-z0-9_.-]+)?://(.*)$ ]] ||
        die DATABASE_URL 'is no Postgres URL; it begins with postgres:// or postgresql://'
    local rest=${BASH_REMATCH[3]} userinfo='' address path query=''
    # The last @ before the path ends the password: an unescaped @ in one is a common slip.
    if [[ ${rest%%/*} == *@* ]]; then
        userinfo=${rest%%/*}
        userinfo=${userinfo%@*}
        rest=${rest#"$userinfo@"}
    fi
    [[ $rest != *\?* ]] || query=${rest#*\?}
    rest=${rest%%\?*}
    address=${rest%%/*}
    path=${rest#"$address"}
    decode user "${userinfo%%:*}"
    [[ $userinfo != *:* ]] || decode password "${userinfo#*:}"
    decode database "${path#/}"
    [[ -n ${POSTGRES_HOST:-} ]] || read_url_address "$address"
    [[ -z $query ]] || read_url_query "$query"
    from_url=DATABASE_URL
    [[ $user$password$database$host$port$sslmode != *[$'\n\r']* ]] ||
        die DATABASE_URL 'has a line break (%0A or %0D) in it; a name or password with one cannot be used'
}

# POSTGRES_USER and POSTGRES_PASSWORD belong together: with either of them set, DATABASE_URL is not read for them,
# so that the user of the one never meets the password of the other.
choose_upstream() {
    local name
    for name in POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB DATABASE_URL; do
        from_file "$name"
    done
    refuse_line_breaks POSTGRES_{HOST,PORT,USER,PASSWORD,DB} DATABASE_URL "${!PGBOUNCER_@}"
    if [[ -n ${DATABASE_URL:-} && -z ${POSTGRES_USER:-}${POSTGRES_PASSWORD:-} ]]; then
        read_url
        [[ -z ${POSTGRES_HOST:-} ]] || port='' # the URL's port belongs to the URL's host
    fi
    host=${POSTGRES_HOST:-$host}
    port=${POSTGRES_PORT:-${port:-5432}}
    user=${POSTGRES_USER:-${user:-postgres}}
    password=${POSTGRES_PASSWORD:-$password}
    database=${POSTGRES_DB:-${database:-$user}}
}

check_port() {
    if [[ ! $2 =~ ^[0-9]{1,5}$ ]] || ((10#$2 < 1 || 10#$2 > 65535)); then
        die "$1" 'is no port; give a number from 1 to 65535'
    fi
}

# PgBouncer takes the blanks off the ends of a value, and the server does not.
check_name() {
    [[ $2 != [[:space:]]* && $2 != *[[:space:]] ]] ||
        die "$1" 'begins or ends with a blank; PgBouncer cannot use such a name'
}

check_upstream() {
    [[ -n $host ]] || die POSTGRES_HOST 'not set; name the Postgres server, for example its service: POSTGRES_HOST: db'
    [[ $host =~ ^[A-Za-z0-9_.:/@,-]+$ ]] || die "$(source_of POSTGRES_HOST)" \
        'is no host name or address; give the bare name, for example db'
    check_port "$(source_of POSTGRES_PORT)" "$port"
    check_name "$(source_of POSTGRES_USER)" "$user"
    check_name "$(source_of POSTGRES_DB)" "$database"
    [[ $database != pgbouncer ]] || die "$(source_of POSTGRES_DB)" "is pgbouncer, the name of PgBouncer's own console; use another database"
}

override() { overrides+="$1 = $2"$'\n'; }

# The pooler asks its clients for what the server asks for.
choose_authentication() {
    case ${POSTGRES_HOST_AUTH_METHOD:-} in
        trust) trust_like_the_server ;;
        md5) require_password && override auth_type md5 ;;
        '' | scram-sha-256 | password) require_password ;;
        *) die POSTGRES_HOST_AUTH_METHOD 'is not one of trust, scram-sha-256, md5, password; remove it, or use one of them' ;;
    esac
    case ${PGBOUNCER_AUTH_TYPE:-} in
        any | trust) die PGBOUNCER_AUTH_TYPE \
            'would let in clients that the server would not; where the server asks for no password, set POSTGRES_HOST_AUTH_METHOD=trust' ;;
    esac
}

# auth_type=any would log every client in as one user, and would make every client an administrator of the console.
# With auth_type=trust each client is itself, and PgBouncer has to know its name: it asks pg_roles, which any role may
# read, so all that the trusting server lets in come in. The console takes no one by trust, because no user is listed
# for it; a listed one could be claimed by anybody.
trust_like_the_server() {
    [[ -z ${PGBOUNCER_ADMIN_USERS:-} ]] || die PGBOUNCER_ADMIN_USERS \
        'would make everybody an administrator, since POSTGRES_HOST_AUTH_METHOD is trust; use pooler-admin inside the container'
    override auth_type trust
    override auth_query "SELECT rolname, '' FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) \$1 AND rolcanlogin"
}

require_password() {
    [[ -n $password ]] || die "$(source_of POSTGRES_PASSWORD)" \
        'no password; set it (or POSTGRES_PASSWORD_FILE), or POSTGRES_HOST_AUTH_METHOD=trust where the server asks for none'
    [[ ! $password =~ ^(md5[0-9a-f]{32}$|SCRAM-SHA-256\$) ]] || die "$(source_of POSTGRES_PASSWORD)" \
        'has the form of a stored hash, which cannot log in to the server; give the password itself'
}

# Every other PGBOUNCER_<KEY> is a key of the [pgbouncer] section.
collect_settings() {
    local name key known
    known=$'\n'$(<"$share/settings.txt")$'\n'
    for name in "${!PGBOUNCER_@}"; do
        key=${name#PGBOUNCER_}
        [[ $key == "${key^^}" && $known == *$'\n'"${key,,}"$'\n'* ]] ||
            die "$name" 'no such setting, or one that the image keeps to itself; settings.txt has the list'
        [[ -z ${!name} ]] || override "${key,,}" "${!name}"
    done
}

check_settings() {
    check_port PGBOUNCER_LISTEN_PORT "${PGBOUNCER_LISTEN_PORT:-6432}"
    [[ ${PGBOUNCER_POOL_MODE:-transaction} =~ ^(session|transaction|statement)$ ]] ||
        die PGBOUNCER_POOL_MODE 'is not one of transaction, session, statement; use one of them'
    case ${sslmode:-prefer} in
        disable | allow | prefer | require | verify-ca | verify-full) ;;
        *) die DATABASE_URL 'has an sslmode that does not exist; use disable, prefer, require, verify-ca or verify-full' ;;
    esac
    [[ $sslmode != verify-* || -n ${PGBOUNCER_SERVER_TLS_CA_FILE:-} ]] ||
        die PGBOUNCER_SERVER_TLS_CA_FILE 'not set, and the sslmode of DATABASE_URL needs it; mount the certificate and name it'
}

# fill_in TEMPLATE NAME=VALUE...: replaces each @NAME@ in one pass, so that a value with an @NAME@ in it stays as it is.
fill_in() {
    local template pair
    local -A value=()
    template=$(<"$share/$1")
    shift
    for pair in "$@"; do
        value[${pair%%=*}]=${pair#*=}
    done
    while [[ $template =~ ^([^@]*)@([A-Z_]+)@(.*)$ ]]; do
        printf '%s%s' "${BASH_REMATCH[1]}" "${value[${BASH_REMATCH[2]}]}"
        template=${BASH_REMATCH[3]}
    done
    printf '%s\n' "$template"
}

# What psql reads in healthcheck.sh and pooler-admin, so that no password is on a command line.
write_client_files() {
    local escaped=${password//\\/\\\\} listen_port=${PGBOUNCER_LISTEN_PORT:-6432}
    printf '*:*:*:*:%s\n' "${escaped//:/\\:}" >"$run/pgpass"
    cat >"$run/pg_service.conf" <<END
[health]
host=127.0.0.1
port=$listen_port
user=$user
dbname=devpool_health
application_name=devpool-health
passfile=$run/pgpass
connect_timeout=3

[admin]
host=$run
port=$listen_port
user=pgbouncer
dbname=pgbouncer
application_name=devpool-admin
connect_timeout=3
END
}

write_configuration() {
    mkdir -p "$run" 2>/dev/null && chmod 700 "$run" 2>/dev/null && [[ -w $run ]] ||
        die /run/pgbouncer "user id $EUID cannot write there; give the service \`tmpfs: [/run/pgbouncer]\`"
    fill_in pgbouncer.ini.template RUN="$run" HOST="$host" PORT="$port" USER="$user" DATABASE="$database" \
        DATABASE_QUOTED="${database//\'/\'\'}" OVERRIDES="$overrides" >"$run/pgbouncer.ini"
    fill_in userlist.txt.template USER_QUOTED="${user//\"/\"\"}" PASSWORD_QUOTED="${password//\"/\"\"}" >"$run/userlist.txt"
    write_client_files
}

main() {
    choose_upstream
    check_upstream
    check_settings
    [[ -z $sslmode ]] || override server_tls_sslmode "$sslmode"
    choose_authentication
    collect_settings
    write_configuration
    unset POSTGRES_PASSWORD DATABASE_URL
    # One descriptor for each client and server connection; engines often start containers with a soft limit of 1024.
    ulimit -S -n "$(ulimit -H -n)"
    LD_PRELOAD=/usr/local/lib/devpool/uncached-dns.so exec pgbouncer "$@" "$run/pgbouncer.ini"
}

main "$@"
