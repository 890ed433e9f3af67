#!/usr/bin/env bash
# Sourced by entrypoint.sh: the servers, users and databases that the environment names.
#
# POSTGRES_* or DATABASE_URL name the first of each; DATABASE_URL_2, DATABASE_URL_3, ... name more users, and
# databases that are on other servers; POSTGRES_USER_2, POSTGRES_USER_3, ... users of the first server.

# Variables go from one of the sourced files to the other.
# shellcheck disable=SC2034,SC2154

host='' port='' user='' password='' database='' # the first of each
sslmode='' sslrootcert=''                       # what the URLs ask for, of all servers
from_url=''                                     # DATABASE_URL, once it has been read
sslmode_by='' sslrootcert_by=''                 # the variable that asked

# All users, all databases that have a name here, and the variable that gave each.
users=() passwords=() users_by=()
databases=() hosts=() ports=() databases_by=()

# The variable to name when something is wrong with what VARIABLE stands for.
source_of() {
    if [[ -n ${!1:-} ]]; then echo "$1"; else echo "${from_url:-$1}"; fi
}

# Gives VARIABLE the content of the file that VARIABLE_FILE names. An empty variable counts as not set, here and
# below: Compose passes `${NAME:-}` on as an empty text.
from_file() {
    local name=$1 file_name=${1}_FILE text
    local file=${!file_name:-}
    # Not for the programs started here: a long value could be more than they may be given.
    export -n "${name?}"
    [[ -n $file ]] || return 0
    [[ -z ${!name:-} ]] || die "$name" "set together with $file_name; keep one of the two"
    [[ -f $file && -r $file ]] ||
        die "$file_name" "no file that user id $EUID can read; check the path, or make the file readable to others"
    ! IFS= read -r -d '' text <"$file" || die "$file_name" 'the file has a zero byte in it; write plain text into it'
    while [[ $text == *$'\n' ]]; do text=${text%$'\n'}; done
    [[ -n $text ]] || die "$file_name" 'the file is empty; write the value into it'
    printf -v "$name" '%s' "$text"
}

# A line break would begin a new line of the configuration, with whatever stands behind it.
refuse_line_breaks() {
    local name
    for name in "$@"; do
        [[ ${!name:-} != *[$'\n\r']* ]] || die "$name" 'has a line break in it; write it on one line'
    done
}

# --- one URL, into url_* ---

# decode URL PART TEXT: percent-decoding of a part of the URL.
decode() {
    [[ ! $3 =~ %([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$) && $3 != *%00* ]] ||
        die "$1" 'has a % that begins no %XX; write the % itself as %25'
    local text=${3//\\/\\\\} # %b reads backslashes too
    printf -v "url_$2" '%b' "${text//%/\\x}"
}

read_url_query() {
    local pairs pair
    IFS='&' read -ra pairs <<<"$2"
    for pair in "${pairs[@]}"; do
        case $pair in
            user=* | password=* | host=* | port=* | sslmode=* | sslrootcert=*)
                decode "$1" "${pair%%=*}" "${pair#*=}"
                ;;
            dbname=*) decode "$1" database "${pair#*=}" ;;
        esac # the rest is for the driver, not for the server
    done
}

read_url_address() {
    [[ $2 =~ ^(\[([0-9A-Fa-f:.]+)\]|[^],:[]*)(:([0-9]*))?$ ]] ||
        die "$1" 'does not name one host and port; set POSTGRES_HOST and POSTGRES_PORT'
    url_port=${BASH_REMATCH[4]:-}
    decode "$1" host "${BASH_REMATCH[2]:-${BASH_REMATCH[1]}}" # last: decode has a match of its own
}

# read_url VARIABLE [ADDRESS]: with an ADDRESS, the one in the URL is not looked at.
read_url() {
    url_user='' url_password='' url_host='' url_port='' url_database='' url_sslmode='' url_sslrootcert=''
    [[ ${!1} =~ ^(postgres|postgresql)(\+[A-Za-z0-9_.-]+)?://(.*)$ ]] ||
        die "$1" 'is no Postgres URL; it begins with postgres:// or postgresql://'
    local rest=${BASH_REMATCH[3]} userinfo='' address path query=''
    # The last @ before the path ends the password: an unescaped @ in one is a common slip.
    if [[ ${rest%%/*} == *@* ]]; then
        userinfo=${rest%%/*}
        userinfo=${userinfo%@*}
        rest=${rest:${#userinfo}+1} # ${rest#...} would take a minute for the longest passwords
    fi
    [[ $rest != *\?* ]] || query=${rest#*\?}
    rest=${rest%%\?*}
    address=${rest%%/*}
    path=${rest:${#address}}
    decode "$1" user "${userinfo%%:*}"
    [[ $userinfo != *:* ]] || decode "$1" password "${userinfo#*:}"
    decode "$1" database "${path#/}"
    [[ -n ${2:-} ]] || read_url_address "$1" "$address"
    [[ -z $query ]] || read_url_query "$1" "$query"
    [[ $url_user$url_password$url_database$url_host$url_port$url_sslmode$url_sslrootcert != *[$'\n\r']* ]] ||
        die "$1" 'has a line break (%0A or %0D) in it; a name or password with one cannot be used'
    [[ $url_sslmode =~ ^(|disable|allow|prefer|require|verify-ca|verify-full)$ ]] ||
        die "$1" 'has an sslmode that does not exist; use disable, prefer, require, verify-ca or verify-full'
    ask_for_tls "$1"
}

# PgBouncer has one TLS setting for all servers. PGBOUNCER_SERVER_TLS_* ends the question for all URLs.
ask_for_tls() {
    local key
    for key in sslmode sslrootcert; do
        local asked=url_$key by=${key}_by
        [[ -n ${!asked} ]] || continue
        [[ -z ${!key} || ${!key} == "${!asked}" || -n ${PGBOUNCER_SERVER_TLS_SSLMODE:-} ]] ||
            die "$1" "has another $key than ${!by}, and a pooler has one for all servers; use the same in both, or set PGBOUNCER_SERVER_TLS_SSLMODE"
        printf -v "$key" '%s' "${!asked}"
        printf -v "$by" '%s' "$1"
    done
}

# --- the first server, user and database ---

# POSTGRES_USER and POSTGRES_PASSWORD belong together: with either of them set, DATABASE_URL is not read for them,
# so that the user of the one never meets the password of the other.
choose_first() {
    if [[ -n ${DATABASE_URL:-} && -z ${POSTGRES_USER:-}${POSTGRES_PASSWORD:-} ]]; then
        read_url DATABASE_URL "${POSTGRES_HOST:-}"
        from_url=DATABASE_URL host=$url_host port=$url_port
        user=$url_user password=$url_password database=$url_database
        [[ -z ${POSTGRES_HOST:-} ]] || port='' # the URL's port belongs to the URL's host
    fi
    host=${POSTGRES_HOST:-$host}
    port=${POSTGRES_PORT:-${port:-5432}}
    user=${POSTGRES_USER:-${user:-postgres}}
    password=${POSTGRES_PASSWORD:-$password}
    database=${POSTGRES_DB:-${database:-$user}}
    [[ -n $host ]] || die POSTGRES_HOST 'not set; name the Postgres server, such as its service: POSTGRES_HOST: db'
    check_host "$(source_of POSTGRES_HOST)" "$host"
    check_port "$(source_of POSTGRES_PORT)" "$port"
    add_user "$(source_of POSTGRES_USER)" "$user" "$password" "$(source_of POSTGRES_PASSWORD)"
    add_database "$(source_of POSTGRES_DB)" "$database" "$host" "$port"
}

check_host() {
    [[ $2 =~ ^[A-Za-z0-9_.:/@,-]+$ ]] || die "$1" 'is no host name or address; give the bare name, such as db'
}

check_port() {
    if [[ ! $2 =~ ^[0-9]{1,5}$ ]] || ((10#$2 < 1 || 10#$2 > 65535)); then
        die "$1" 'is no port; give a number from 1 to 65535'
    fi
}

# check_name VARIABLE NAME LIMIT. PgBouncer takes the blanks off the ends of a value, and the server does not.
check_name() {
    [[ $2 != [[:space:]]* && $2 != *[[:space:]] ]] ||
        die "$1" 'begins or ends with a blank; PgBouncer cannot use such a name'
    ((${#2} <= $3)) || die "$1" "names something longer than $3 bytes, the most that PgBouncer can keep; use a shorter name"
}

# add_user VARIABLE USER PASSWORD [VARIABLE OF THE PASSWORD]
add_user() {
    local i
    check_name "$1" "${2//\"/\"\"}" 127 # in auth_file, where a " is written twice
    for i in "${!users[@]}"; do
        [[ ${users[i]} == "$2" ]] || continue
        [[ ${passwords[i]} == "$3" ]] ||
            die "$1" "gives the user of ${users_by[i]} another password; a user has one password in a pooler"
        return 0
    done
    users+=("$2") passwords+=("$3") users_by+=("${4:-$1}")
}

# add_database VARIABLE DATABASE HOST PORT
add_database() {
    local i
    check_name "$1" "$2" 63
    case $2 in
        pgbouncer) die "$1" "is pgbouncer, the name of PgBouncer's own console; use another database" ;;
        devpool_health) die "$1" "is devpool_health, the name of the healthcheck's own way in; use another database" ;;
    esac
    for i in "${!databases[@]}"; do
        [[ ${databases[i]} == "$2" ]] || continue
        [[ "${hosts[i]} ${ports[i]}" == "$3 $4" ]] ||
            die "$1" "names the database of ${databases_by[i]} on another server; a name leads to one database, so use a pooler for each"
        return 0
    done
    databases+=("$2") hosts+=("$3") ports+=("$4") databases_by+=("$1")
}

# --- the further ones ---

add_further() {
    local name
    for name in "${!DATABASE_URL_@}"; do
        [[ ! $name =~ ^DATABASE_URL_[0-9]+_FILE$ ]] || from_file "${name%_FILE}"
    done
    for name in "${!DATABASE_URL_@}"; do
        # DATABASE_URL_DIRECT and the like are not for the pooler.
        [[ $name =~ ^DATABASE_URL_[0-9]+$ && -n ${!name} ]] || continue
        export -n "${name?}"
        refuse_line_breaks "$name"
        read_url "$name"
        add_url "$name"
        unset "$name"
    done
}

# Each POSTGRES_USER_N has a POSTGRES_PASSWORD_N.
add_further_users() {
    local name password_name
    for name in "${!POSTGRES_USER_@}"; do
        [[ $name =~ ^POSTGRES_USER_[0-9]+$ && -n ${!name} ]] || continue
        password_name=POSTGRES_PASSWORD_${name##*_}
        from_file "$password_name"
        refuse_line_breaks "$name" "$password_name"
        add_user "$name" "${!name}" "${!password_name:-}" "$password_name"
        unset "$password_name"
    done
}

# A URL without a host means the first server.
add_url() {
    [[ -n $url_user ]] || die "$1" 'names no user; write it as postgres://USER:PASSWORD@HOST/DATABASE'
    add_user "$1" "$url_user" "$url_password"
    if [[ -z $url_host ]]; then
        url_host=$host
        url_port=${url_port:-$port}
    fi
    url_port=${url_port:-5432}
    check_host "$1" "$url_host"
    check_port "$1" "$url_port"
    add_database "$1" "${url_database:-$url_user}" "$url_host" "$url_port"
}

read_upstream() {
    local name
    for name in POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB DATABASE_URL; do
        from_file "$name"
    done
    refuse_line_breaks POSTGRES_{HOST,PORT,USER,PASSWORD,DB} DATABASE_URL "${!PGBOUNCER_@}"
    choose_first
    add_further
    add_further_users
    unset POSTGRES_PASSWORD DATABASE_URL
}

# --- passwords, once it is known whether the server asks for any ---

check_users() {
    local i
    for i in "${!users[@]}"; do
        [[ -n ${passwords[i]} || ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]] || continue
        check_password "${users_by[i]}" "${passwords[i]}"
    done
}

# For each login PgBouncer hashes the password some thousand times, and nobody is served meanwhile: 0.2 seconds for 4096
# bytes, 7 (a busy machine: 54) for 65000.
check_password() {
    [[ -n $2 ]] || die "$1" \
        'no password; set it (or POSTGRES_PASSWORD_FILE), or POSTGRES_HOST_AUTH_METHOD=trust where the server asks for none'
    ((${#2} <= 4096)) || die "$1" 'longer than 4096 bytes, with which a login would hold up all others; use a shorter password'
    [[ ! $2 =~ ^(md5[0-9a-f]{32}$|SCRAM-SHA-256\$) ]] || die "$1" \
        'has the form of a stored hash, which cannot log in to the server; give the password itself'
}
