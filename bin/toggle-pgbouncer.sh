#!/usr/bin/env bash
# Enables devpool in the project of this folder, or disables it where it is enabled.
#
#   bin/toggle-pgbouncer.sh [-f FILE] [--no-up] [--dry-run] ...    the options that both commands take
set -euo pipefail

devpool() { "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/docker-devpool" devpool "$@"; }

# Where the question itself fails, disable says why.
if answer=$(devpool disable --dry-run --json "$@" 2>/dev/null) && grep -q '"enabled": false' <<<"$answer"; then
    devpool enable "$@"
else
    devpool disable "$@"
fi
