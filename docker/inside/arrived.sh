#!/bin/sh
# SHOW CLIENTS, as soon as every service has a client there, or the time is over.
#
#   sh -c "$(cat arrived.sh)" sh SECONDS ADDRESSES...
#
# ADDRESSES are those of one service's containers, separated by spaces.
end=$(($(date +%s) + $1))
shift

# Whether one of these addresses is in a column of a row.
arrived() {
    for address in $1; do
        case $clients in *",$address,"*) return 0 ;; esac
    done
    return 1
}

all_arrived() {
    for service; do arrived "$service" || return 1; done
}

while :; do
    clients=$(pooler-admin 'SHOW CLIENTS') || exit
    if all_arrived "$@" || [ "$(date +%s)" -ge "$end" ]; then break; fi
    sleep 0.2
done
printf '%s\n' "$clients"
