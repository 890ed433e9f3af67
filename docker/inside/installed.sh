#!/bin/sh
# What is installed in an app's container that talks to Postgres, found where package managers leave it. Reads, and
# changes nothing. Prints `file PATH VERSION` (`-` where the name has it), `go MODULE VERSION` (`-` where it is not
# known), `sql PATH` of what ends prepared statements with SQL, `lock PATH` of a package of Node.js
# that takes advisory locks for a session, `source PATH:LINE:TEXT`, `start PATH:LINE:TEXT` of
# the script that the container starts with, `libpq VERSION`, `django JSON`, and `cut` where a search took too long and
# was stopped.
#
# A container may have little more than a shell: what is missing in it is left out of the answer.
#
#   sh -c "$(cat installed.sh)" sh PATIENCE PROGRAM
#
# PATIENCE is how many times as long as usual a search may take, because the machine is busy. PROGRAM is the first word
# of the container's entrypoint and command.
patience=${1:-1}

# limit SECONDS COMMAND...
limit() {
    seconds=$(($1 * patience))
    shift
    if ! command -v timeout >/dev/null; then
        "$@"
        return
    fi
    status=0
    timeout "$seconds" "$@" || status=$?
    case $status in 124 | 143) echo cut ;; esac # GNU's timeout ends with 124, BusyBox's with what the signal gives
    return "$status"
}

# Names with a version in them, and package.json of the modules that matter. The working directory may be a volume.
list_files() {
    limit 10 find / "$PWD" -xdev \( -path /proc -o -path /sys -o -path /dev \) -prune -o \( \
        -iname 'django-[0-9]*-info' -o -iname 'psycopg*-[0-9]*-info' -o -iname 'asyncpg-[0-9]*-info' -o \
        -iname 'sqlalchemy-[0-9]*-info' -o -iname 'alembic-[0-9]*-info' -o -iname 'procrastinate-[0-9]*-info' -o \
        -name 'libpq.so.5.[0-9]*' -o -name 'libpq-*.so.5.[0-9]*' -o -name 'pdo_pgsql.so' -o \
        -name 'activerecord-[0-9]*.gemspec' -o -name 'pg-[0-9]*.gemspec' -o -name 'good_job-[0-9]*.gemspec' -o \
        -name 'que-[0-9]*.gemspec' -o -name 'postgrex-[0-9]*' -o -name 'oban-[0-9]*' -o \
        -name 'postgresql-42*.jar' -o -name 'Npgsql.dll' -o -path '*/vendor/laravel/framework' -o \
        -path '*/node_modules/pg/package.json' -o -path '*/node_modules/postgres/package.json' -o \
        -path '*/node_modules/prisma/package.json' -o -path '*/node_modules/@prisma/client/package.json' -o \
        -path '*/node_modules/knex/package.json' -o -path '*/node_modules/typeorm/package.json' -o \
        -path '*/node_modules/sequelize/package.json' -o -path '*/node_modules/drizzle-orm/package.json' -o \
        -path '*/node_modules/node-pg-migrate/package.json' -o \
        -path '*/node_modules/graphile-worker/package.json' \) -print 2>/dev/null | sort -u | head -n 200
}

files=$(list_files)
echo "$files" | while read -r path; do
    version=-
    case $path in
        cut)
            echo cut
            continue
            ;;
        */package.json) version=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$path" | head -n 1) ;;
    esac
    echo "file $path $version"
done

# Gems of a lock file, as `file` lines with the name that their specification would have.
for lock in Gemfile.lock ../Gemfile.lock; do
    [ -f "$lock" ] || continue
    sed -nE 's/^    (activerecord|pg|good_job|que) \(([0-9][0-9.]*)\)$/file \1-\2.gemspec -/p' "$lock"
done

# A Go program knows the modules that it was built of; what Debian builds, without modules, has at least the names of its
# functions. It may be the child of a shell or of an init. Modules come last, because they tell versions.
known='github\.com/(jackc/pgx/v[0-9]+|lib/pq|golang-migrate/migrate/v[0-9]+)'
for program in /proc/[0-9]*/exe; do readlink "$program"; done 2>/dev/null | sort -u | head -n 20 |
    while read -r program; do limit 5 grep -aoE "dep	$known	v[0-9.]+|$known\.[(A-Z]" "$program" 2>/dev/null; done |
    sort -ru | sed -nE 's/^dep	([^	]*)	(.*)$/go \1 \2/p; s/^(github.*)\..$/go \1 -/p; /^cut$/p' | uniq

# Programs and libraries that end a prepared statement with SQL have the words in them; those that use libpq 17's
# PQclosePrepared have not. PHP loads PDO where it needs it. Postgres's own programs have them in their help.
loaded() {
    cat /proc/[0-9]*/maps 2>/dev/null | sed -n 's/^[^ ]* r-xp [^/]*\//\//p' | grep -vE '/(psql|postgres|pgbench|pg_[a-z]+)$'
    echo "$files" | grep 'pdo_pgsql\.so$'
}
loaded | sort -u | head -n 500 | tr '\n' '\0' | LC_ALL=C limit 5 xargs -0 grep -laE 'DEALLOCATE ([^A]|A[^L]|$)' 2>/dev/null |
    sed '/^cut$/!s/^/sql /'

# Packages of Node.js, one file of each. A search of so many files may be stopped; that says nothing of the others.
[ -d node_modules ] && limit 3 grep -rlIE --include='*.js' --include='*.cjs' --include='*.mjs' \
    'pg_(try_)?advisory_lock\(' node_modules 2>/dev/null |
    sed -nE '/node-pg-migrate/d; s|^(node_modules/(@[^/]+/)?[^/]+)/.*|lock \1|p' | sort -u | head -n 10

# Settings of drivers in the app's own source, at most a screenful.
limit 5 grep -rnIoE \
    --exclude-dir=node_modules --exclude-dir=.git --exclude-dir=vendor --exclude-dir=.venv --exclude-dir=site-packages \
    --include='*.py' --include='*.js' --include='*.mjs' --include='*.ts' --include='*.rb' --include='*.yml' \
    --include='*.ex' --include='*.exs' --include='*.go' --include='*.php' --include='*.prisma' \
    --include='*.properties' --include='appsettings*.json' \
    'prepare: *(false|:unnamed)|prepared_statements: *false|advisory_locks: *false|statement_cache_size *= *0|QueryExecMode[A-Za-z]+|default_query_exec_mode=[a-z_]+|pgbouncer=true|binary_parameters=yes|DISABLE_SERVER_SIDE_CURSORS|prepare_threshold[^=]{0,3}= *[A-Za-z0-9]+|prepared_max[^=]{0,3}= *[A-Za-z0-9]+|ATTR_EMULATE_PREPARES *=> *[a-z]+|prepareThreshold=0|No Reset On Close=true' \
    . 2>/dev/null | head -n 40 | sed '/^cut$/!s/^/source /'

# A script that migrates before it starts the app, as an image may have it.
script=$(command -v "${2:-}") && [ "$(head -c 2 "$script" 2>/dev/null)" = '#!' ] &&
    head -c 20000 "$script" | grep -niE 'migrat|upgrade|syncdb|schema|db:' | head -n 20 | sed "s|^|start $script:|"

# Django's own view of its settings, and the libpq that psycopg really uses.
python=$(command -v python3 || command -v python) || exit 0
limit 10 "$python" - 2>/dev/null <<'PYTHON' || true
import json, os, re, sys

sys.path.insert(0, os.getcwd())
try:
    import psycopg

    print("libpq", psycopg.pq.version() // 10000, flush=True)
except Exception:
    pass
module = os.environ.get("DJANGO_SETTINGS_MODULE")
if not module and os.path.isfile("manage.py"):
    found = re.search(r"""DJANGO_SETTINGS_MODULE["'], *["']([\w.]+)""", open("manage.py").read())
    module = found and found.group(1)
if module:
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    from django.conf import settings

    for alias, database in settings.DATABASES.items():
        if "postg" in str(database.get("ENGINE")):
            options = database.get("OPTIONS") or {}
            kept = {name: database.get(name) for name in ("CONN_MAX_AGE", "DISABLE_SERVER_SIDE_CURSORS")}
            kept["pool"] = bool(options.get("pool"))
            kept["prepare_threshold"] = options.get("prepare_threshold")
            kept["options"] = re.findall(r"-c *([a-z_.]+)", str(options.get("options", "")))
            print("\ndjango", json.dumps({"alias": alias} | kept), flush=True)
PYTHON
