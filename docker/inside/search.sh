#!/bin/sh
# Lines of an app's own source that have what `check --leaks` found: FILE:LINE:TEXT. The arguments are patterns for grep.
limit() {
    if command -v timeout >/dev/null; then timeout "$@"; else shift && "$@"; fi
}

limit 5 grep -rnIiE \
    --exclude-dir=node_modules --exclude-dir=.git --exclude-dir=vendor --exclude-dir=.venv --exclude-dir=site-packages \
    --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev --exclude-dir=usr --exclude-dir=var --exclude-dir=lib \
    --exclude-dir=.devpool "$@" . 2>/dev/null | cut -c 1-300 | head -n 200
