#!/bin/sh
# The address from the variables of the published image; then its migrations; then the server.
set -eu
cat >/etc/redmine/default/database.yml <<YAML
production:
  adapter: postgresql
  host: ${REDMINE_DB_POSTGRES}
  port: ${REDMINE_DB_PORT:-5432}
  username: ${REDMINE_DB_USERNAME:-postgres}
  password: ${REDMINE_DB_PASSWORD}
  database: ${REDMINE_DB_DATABASE:-postgres}
  pool: 16
YAML
export RAILS_ENV=production
[ -n "${REDMINE_NO_DB_MIGRATE-}" ] || rake db:migrate
exec "$@"
