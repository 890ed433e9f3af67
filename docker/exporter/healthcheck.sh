#!/usr/bin/env bash
# Docker's HEALTHCHECK: the exporter answers, and so did PgBouncer when it was asked for this answer.
set -u
if exec 3<>/dev/tcp/127.0.0.1/9127; then
    printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
    answer=$(cat <&3)
fi 2>/dev/null
case ${answer:-} in
    *$'\npgbouncer_up 1'*) echo 'exporter up, pooler answering' ;;
    *$'\npgbouncer_up 0'*) echo 'exporter up, pooler not answering' && exit 1 ;;
    *) echo 'exporter not answering' && exit 1 ;;
esac
