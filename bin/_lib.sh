#!/usr/bin/env bash
# Sourced by the programs of this folder: messages, and the repository's Python environment.

program=$(basename "$0")
# Read by the programs that source this file.
# shellcheck disable=SC2034
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Words go to stderr; stdout is for data.
say() { printf '%s: %s\n' "$program" "$*" >&2; }

# die SENTENCE HINT
die() {
    printf 'error: %s\n\nhint: %s\n' "$1" "$2" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# A number that changes when the files do; cksum because every Unix has it.
fingerprint() { cat "$@" | cksum | cut -d ' ' -f 1; }

# --- the Python environment: .venv in the repository, with the package installed in place ---

venv=$repo/.venv
# Every package of it, with version and hashes: what a newcomer gets does not depend on the day. bin/lock renews it.
lock_file=$repo/requirements-dev.txt

# Debian's python3 comes without ensurepip, and a venv made by it would have no pip.
is_usable_python() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
        if is_usable_python "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    die "no Python 3.11 or newer with the venv and ensurepip modules is on the PATH" \
        "apt-get install python3 python3-venv on Debian, or name one: PYTHON=/path/to/python3 bin/$program"
}

# install_locked PYTHON: what is locked, then the package in place, built by what is locked.
install_locked() {
    "$1" -m pip install --quiet --require-hashes --requirement "$lock_file" &&
        "$1" -m pip install --quiet --no-deps --no-index --no-build-isolation --editable "$repo"
}

# Makes .venv and installs into it; each only where that is not done yet, or pyproject.toml or the lock has changed.
ensure_venv() {
    local python mark=$venv/.installed wanted
    wanted=$(fingerprint "$repo/pyproject.toml" "$lock_file")
    if ! "$venv/bin/python" -c '' >/dev/null 2>&1; then
        python=$(find_python)
        say "making .venv with $("$python" --version)"
        "$python" -m venv --clear "$venv"
    fi
    if [[ ! -f $mark || $(<"$mark") != "$wanted" ]]; then
        say "installing devpool and its tools into .venv"
        install_locked "$venv/bin/python" ||
            die "what requirements-dev.txt names cannot be installed" "the lines above say why; bin/lock renews the file"
        printf '%s\n' "$wanted" >"$mark"
    fi
}
