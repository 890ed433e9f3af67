#!/bin/sh
# Writes the configuration from the variables that the published image takes, and migrates at every start, as it does.
set -eu
cat >/etc/redmine/default/database.yml <<YAML
production:
  adapter: postgresql
  host: $REDMINE_DB_POSTGRES
  port: ${REDMINE_DB_PORT:-5432}
  username: ${REDMINE_DB_USERNAME:-postgres}
  password: $REDMINE_DB_PASSWORD
  database: ${REDMINE_DB_DATABASE:-redmine}
  pool: 8
YAML
export SECRET_KEY_BASE="$REDMINE_SECRET_KEY_BASE"
bundle exec rake db:migrate
exec "$@"
