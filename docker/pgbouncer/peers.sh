#!/usr/bin/env bash
# Sourced by entrypoint.sh: other poolers in front of the same servers that clients take for one, under one name.
#
# A request to cancel a query comes by a connection of its own, and may arrive at another of them. The key in it has the
# peer_id of the pooler that it is for, and PgBouncer passes it on to that peer.

# Variables go from one of the sourced files to the other.
# shellcheck disable=SC2034,SC2154

peer_hosts='' # what the names of all peers begin with, before their numbers
peers=''      # the [peers] section

# Before the settings are read: PGBOUNCER_PEER_ID is a number then.
number_this_peer() {
    local address
    case ${PGBOUNCER_PEER_ID:-} in
        slot)
            [[ $HOSTNAME =~ ^(.*[^0-9])([1-9][0-9]*)$ ]] || die PGBOUNCER_PEER_ID \
                'is slot, but this host has a name that does not end in a number; give the service one that ends in {{.Task.Slot}}'
            peer_hosts=${BASH_REMATCH[1]} PGBOUNCER_PEER_ID=${BASH_REMATCH[2]}
            ;;
        address)
            # In the same network as the others, where there are several: their networks are the same ones.
            address=$(hostname -I | tr ' ' '\n' | grep -E '^[0-9.]+$' | sort -V | sed -n 1p) || true
            [[ -n $address ]] || die PGBOUNCER_PEER_ID 'is address, but this container has no IPv4 address; give it a number'
            peer_hosts=${address%.*}. PGBOUNCER_PEER_ID=${address##*.}
            PGBOUNCER_PEERS=${PGBOUNCER_PEERS:-254}
            ;;
    esac
}

# PGBOUNCER_PEERS: how many there are, or a list.
list_peers() {
    local each peer id
    [[ -n ${PGBOUNCER_PEERS:-} ]] || return 0
    ((${setting[peer_id]:-0} > 0)) ||
        die PGBOUNCER_PEER_ID 'not set, and PGBOUNCER_PEERS needs it; give each pooler a number of its own, slot or address'
    if [[ $PGBOUNCER_PEERS =~ ^[1-9][0-9]{0,2}$ ]]; then
        [[ -n $peer_hosts ]] || die PGBOUNCER_PEERS \
            'only says how many there are; set PGBOUNCER_PEER_ID to slot or address, or list them as 1=HOST,2=HOST'
        for ((id = 1; id <= PGBOUNCER_PEERS; id++)); do add_peer "$id" "$peer_hosts$id"; done
    else
        IFS=, read -ra each <<<"$PGBOUNCER_PEERS"
        for peer in "${each[@]}"; do
            [[ $peer =~ ^\ *([1-9][0-9]{0,4})=([A-Za-z0-9_.-]+)(:([0-9]+))?\ *$ ]] ||
                die PGBOUNCER_PEERS 'is no list of peers; write it as 1=HOST,2=HOST:PORT'
            add_peer "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]}"
        done
    fi
    peers="[peers]"$'\n'"$peers"
}

# add_peer NUMBER HOST [PORT]
add_peer() {
    local port=${3:-${setting[listen_port]:-6432}}
    check_int PGBOUNCER_PEERS "$1" int:1:16383
    check_port PGBOUNCER_PEERS "$port"
    peers+="$1 = host=$2 port=$port"$'\n'
}
