#!/usr/bin/env bash
# Sourced by entrypoint.sh: PgBouncer's settings, from the preset and from PGBOUNCER_<KEY>.
#
# settings.txt has the keys with the type of each, presets.txt what the presets give. A key that begins with db_ is
# one of the [databases] section, without the db_. PgBouncer checks values too, but its message shows them.

# Variables go from one of the sourced files to the other.
# shellcheck disable=SC2034,SC2154

# What the image itself decides.
kept=' auth_file auth_user conffile job_name listen_addr logfile pidfile service_name syslog syslog_facility '
kept+='syslog_ident unix_socket_dir unix_socket_group unix_socket_mode user '
kept+='verbose ' # its lines have passwords in them ("stored secret = ...")
# Of a [databases] line: who, where and how to log in comes from the servers' own variables.
for login in auth_user dbname host password port user; do
    kept+="db_$login "
done
readonly kept

declare -A type_of=()
keys=()               # in the order of settings.txt
declare -A setting=() # what is to be written, by key

read_types() {
    local key type
    while read -r key type; do
        type_of[$key]=$type
        keys+=("$key")
    done <"$share/settings.txt"
}

read_preset() {
    local preset=${PGBOUNCER_PRESET:-dev} row column names=()
    while IFS=' |' read -ra row; do
        case ${row[0]} in
            '#') ;;
            key)
                names=("${row[@]:1:${#row[@]}-2}")
                for column in "${!names[@]}"; do
                    [[ ${names[column]} != "$preset" ]] || break
                done
                [[ ${names[column]} == "$preset" ]] ||
                    die PGBOUNCER_PRESET "no such preset; use one of them: ${names[*]}"
                ;;
            *) setting[${row[0]}]=${row[column + 1]} ;;
        esac
    done <"$share/presets.txt"
}

read_settings() {
    local name key
    read_types
    read_preset
    [[ -z $sslmode ]] || setting[server_tls_sslmode]=$sslmode
    for name in "${!PGBOUNCER_@}"; do
        key=${name#PGBOUNCER_}
        key=${key,,}
        [[ -n ${!name} ]] || continue
        case $name in
            PGBOUNCER_PRESET | PGBOUNCER_SESSION_DATABASE | PGBOUNCER_METRICS_FOLDER | PGBOUNCER_PEERS) continue ;;
            *[a-z]*) refuse_unknown "$name" ;;
        esac
        [[ -n ${type_of[$key]:-} ]] || refuse_unknown "$name"
        [[ $name != PGBOUNCER_AUTH_TYPE || ! ${!name} =~ ^(any|trust)$ ]] || die "$name" \
            'would let in clients that the server would not; where the server asks for no password, set POSTGRES_HOST_AUTH_METHOD=trust'
        check_value "$name" "${!name}" "${type_of[$key]}"
        setting[$key]=$value
    done
}

# --- types ---

# check_value VARIABLE VALUE TYPE: leaves what is to be written in $value.
check_value() {
    value=$2
    case $3 in
        int*) check_int "$1" "$2" "$3" ;;
        seconds)
            [[ $2 =~ ^[0-9]{1,9}(\.[0-9]{1,6})?$ ]] ||
                die "$1" 'is no number of seconds; give one without a unit, such as 30'
            ;;
        bool) check_bool "$1" ;;
        one-of:*) check_choice "$1" "$2" "${3#*:}" ;;
        words)
            [[ $2 =~ ^[A-Za-z0-9_.]+(\ *,\ *[A-Za-z0-9_.]+)*$ ]] ||
                die "$1" 'is no list of names; separate them with commas'
            ;;
        database) [[ $2 != pgbouncer ]] || die "$1" "is pgbouncer, the name of PgBouncer's own console; use another database" ;;
        file) check_file "$1" "$2" ;;
        protocols)
            [[ $2 =~ ^(all|secure|tlsv1\.[0-3])([,:](all|secure|tlsv1\.[0-3]))*$ ]] ||
                die "$1" 'is no list of TLS versions; use secure, or such as tlsv1.3'
            ;;
        *ciphers) check_ciphers "$1" "$2" "$3" ;;
        text) ;;
    esac
}

# int:MIN:MAX. PgBouncer would read a number that begins with a zero as an octal one.
check_int() {
    local lowest highest
    IFS=: read -r _ lowest highest <<<"$3"
    lowest=${lowest:-0} highest=${highest:-2147483647}
    if [[ ! $2 =~ ^(0|[1-9][0-9]{0,9})$ ]] || (($2 < lowest || $2 > highest)); then
        die "$1" "is no whole number from $lowest to $highest; give one"
    fi
}

check_bool() {
    case ${value,,} in
        1 | true | yes | on) value=1 ;;
        0 | false | no | off) value=0 ;;
        *) die "$1" 'is neither 1 nor 0; use one of them' ;;
    esac
}

check_choice() {
    [[ ",$3," == *",$2,"* && $2 != *,* ]] || die "$1" "is not one of ${3//,/, }; use one of them"
}

check_file() {
    [[ $2 == /* && -f $2 && -r $2 ]] ||
        die "$1" "no file that user id $EUID can read; mount it, and give its whole path in the container"
}

check_ciphers() {
    [[ ! $3$2 =~ ^ciphers(default|secure|fast|normal|all)$ ]] || return 0 # PgBouncer's own words
    local options=()
    [[ $3 == ciphers ]] || options=(-ciphersuites)
    if [[ $2 != [A-Za-z0-9!]* ]] || ! openssl ciphers "${options[@]}" "$2" &>/dev/null; then
        die "$1" "is no list of ciphers that OpenSSL knows; remove it, or see \`openssl ciphers\`"
    fi
}

# --- names that are not known ---

refuse_unknown() {
    local key=${1#PGBOUNCER_}
    [[ $kept != *" ${key,,} "* ]] ||
        die "$1" 'is decided by the image; remove it'
    find_nearest "${key,,}"
    [[ -z $nearest ]] || die "$1" "no such setting; did you mean PGBOUNCER_${nearest^^}?"
    die "$1" 'no such setting; settings.txt has the list'
}

# The shortest key that contains the name or is contained in it, without underscores. `devpool set` knows misspellings.
find_nearest() {
    local given=${1//_/} key plain
    nearest=''
    ((${#given} >= 4)) || return 0
    for key in preset session_database metrics_folder peers "${keys[@]}"; do
        plain=${key//_/}
        if [[ $plain == *"$given"* || $given == *"$plain"* ]] && [[ -z $nearest || ${#key} -lt ${#nearest} ]]; then
            nearest=$key
        fi
    done
}
