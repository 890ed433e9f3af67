#!/usr/bin/env bash
# Docker's HEALTHCHECK: the exporter answers, and so did PgBouncer when it was asked for this answer.
#
# Each start of a probe costs the engine more than what it asks. Once the exporter has been there for half a minute, a
# probe that finds all well asks on every 15 seconds, and ends after a minute.
set -u

look() {
    local answer=''
    if exec 3<>/dev/tcp/127.0.0.1/9127; then
        printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
        answer=$(cat <&3)
    fi 2>/dev/null
    case $answer in
        *$'\npgbouncer_up 1'*) echo 'exporter up, pooler answering' ;;
        *$'\npgbouncer_up 0'*) echo 'exporter up, pooler not answering' && return 1 ;;
        *) echo 'exporter not answering' && return 1 ;;
    esac
}

# Seconds for which the exporter has been there (proc_pid_stat(5): field 22, in hundredths).
age() {
    local up fields
    read -r up _ </proc/uptime
    read -ra fields <<<"$(sed 's/.*) //' /proc/1/stat)"
    echo $((${up%.*} - fields[19] / 100))
}

said=$(look)
code=$?
if [[ ${1:-} == --watch ]] && (($(age) > 30)); then
    while ((code == 0 && SECONDS < 60)); do
        sleep 15
        said=$(look)
        code=$?
    done
fi
echo "$said"
exit "$code"
