#!/bin/sh
set -e
# The schema first.
if [ "$1" = bundle ]; then bundle exec rails db:prepare; fi
exec "$@"
