"""What the words of a start command mean: long-running servers, migrations and chores that end, workers. Pure.

The words are those of each program's own command line: Django's manage.py, Rails' and Rake's tasks, Laravel's artisan,
Alembic, Prisma, Drizzle, Ecto's mix tasks, Entity Framework's dotnet ef, Airflow, Doctrine, and the migration tools of
`migration_tools.py`.
"""

from __future__ import annotations

import re

from devpool.text.patterns import regex

MIGRATES = regex(
    r"(?<![a-z])((run|db|data|schema)[-_]?)?migrat(e|ions?|ors?)(?-i:(?![a-z]))(?![-_](api|app|manager|server|service|ui|web|worker)\b)"
    r"|\balembic\b.{0,500}\bupgrade\b|\bflyway\b|\bliquibase\b"
    r"|\bdb:(migrate|setup|prepare|create|schema:load)\b|\bprisma\s+(migrate|db\s+push)\b|\bgoose\b|\bdbmate\b|\bsqitch\b"
    r"|\bschema[-_: ]?(load|setup|create|init\w*|upgrade|sync)\b|\bupgrade-schema\b|\bdoctrine:schema:(create|update)\b"
    r"|\bairflow\s+db\b|\bdb\s+upgrade\b|\becto\.(create|setup)\b|\bdrizzle-kit\s+push\b|\bef\s+database\s+update\b"
    r"|\b(aerich|tortoise-orm|database)\s+upgrade\b|\bdb\s+init\b|\bdb:push\b|\byoyo\s+apply\b|\bupdate-schema\b"
    r"|\bsyncdb\b|\befbundle\b|\bseed(er)?\b",
    re.I,
)
"""Commands that migrate the schema, or prepare the database as a migration does."""
MIGRATES_AS_WRITTEN = regex(
    r"\byii\s+migrate(?![\w-])|\blistmonk\b.{0,500}\s--upgrade\b|\bminiflux\b.{0,500}\s--?migrate\b"
    r"|\s--?(migrat(e|ions?)[-_]?only|only[-_]?migrat(e|ions?))\b"
    r"|\bodoo(-bin)?\b(?=.{0,500}\s--stop-after-init\b).{0,500}\s(-u|-i|--update|--init)\b"
)
"""The same where an option or a word with a slash says so: Yii 2's console ("Database Migration"), and the options of
listmonk (https://listmonk.app/docs/upgrade), Miniflux (https://miniflux.app/docs/cli.html) and Odoo
(https://www.odoo.com/documentation/19.0/developer/reference/cli.html).
"""
MIGRATION_STEPS = regex(
    r"(?<!flask )(?<![\w-])(db|database|schema)[ :](migrate|upgrade)(?![\w:.-])"
    r"|\b(npm|pnpm|yarn|bun)\s+(run\s+)?(-\S+\s+)*([\w-]+:)*migrat(e|ions?)(:(up|run|deploy|latest|prod(uction)?))?(?![\w:.-])"
    r"|\bmigrations?:(migrate|run|up|latest)(?![\w:.-])|\bmigrate_(schemas|tenants)\b|\bef\s+database\s+update\b"
    r"|^(?!(grep|tail|which|source|pgrep|pkill|kill)\s)\S+\s+migrate(?![\w.-])"
    r"|^((python3?|node|php|ruby|bun|tsx|(ba)?sh)\s+)?(\S*/)?((run|db|database)[-_])*migrat(e|ions?)(\.\w+)?(?=\s|$)",
)
"""A step of a start that applies migrations, with whatever tool: narrower than `MIGRATES`, for what a user is told.
`flask db migrate` only writes them (Flask-Migrate, "Command Reference").
"""
PSQL = regex(r"\bpsql\b")
SERVERS = regex(
    r"runserver|gunicorn|uvicorn|uwsgi|hypercorn|daphne|celery|puma|rails s(?!\w*:)|npm (run )?(start|dev)|sidekiq"
    r"|phx\.server|php-fpm|apache2|supervisord|\b(flask|fastapi) run\b|\bqueue:work\b|\byarn (run )?(start|dev)\b",
    re.I,
)
"""Commands that serve, wherever they are in a step."""
ENDLESS = regex(r"\b(gunicorn|uvicorn|hypercorn|daphne|celery|puma|runserver|php-fpm|nginx|next start)\b")
"""What an entrypoint runs forever, so that words after it are not a command."""
SERVING = regex(r"(?<![A-Za-z])(server?|start)\b", re.I)
"""Commands that serve unless the step migrates: `/app/server migrate up` does not."""
RUNTIMES = regex(r"\bnext\b|\bnode\s|\bjava\s|\bexec\s", re.I)
"""Programs that can run anything: a name like `migrator` says more than `node`."""
PASSING = regex(
    r"^(#|(done|fi|esac|true|false|exit|wait|echo|printf|sleep|touch|rm|cp|mv|mkdir|chmod|chown|cat|ls|date|set|export|cd"
    r"|curl|wget|nc|test|pg_isready|createdb|createuser|npm (ci|install)|\[+)(?![\w.-])|[\s\"')}]*$)"
)
"""Steps that finish at once and say nothing about what follows them."""
CHORES = regex(
    r"seed|init|load|creat|setup|import|fixture|populat|prepar|superuser|collectstatic|compilemessages|generate|check|backfill"
    r"|ensure|grant|bootstrap|finish|status|upgrade|stamp|reset|insert",
    re.I,
)
"""Words for the chores that go with a migration, which also end."""
MANAGEMENT = regex(r"\b(manage\.py|artisan|rake|rails|bin/console|mix|airflow|superset|kong)\b")
"""A framework's commands end, except for those that serve and those that process a queue."""
WORKERS = regex(r"work|queue|cluster|schedul|listen|consum|horizon|octane|\bbot\b|\brun\b", re.I)

# --- names of services ---

MIGRATOR_NAMES = regex(
    r"(^|[-_.])((db|database|schema|data|api|app)?migrat\w*|\w*(?<!\bim)(?<!\be)migrat(or|ions?)|flyway|liquibase|alembic|sqitch|dbmate|(db|database)[-_.]?(init\w*|seed(er)?|setup|upgrade|updater?|create)"
    r"|(init|create|upgrade|update)[-_.]?db|seed(er)?|schema[-_.]?(init\w*|upgrade|setup))"
    r"([-_.](?!(api|dashboard|tracker|ui|web)$)|$)",
    re.I,
)
PREPARER_NAMES = regex(r"(^|[-_])(init|setup|bootstrap|installer)$", re.I)
MIGRATION_WORKER_NAMES = regex(r"(^|[-_])workers?[-_]migrations$|(^|[-_])migrat\w*[-_]workers?$", re.I)
"""Workers that process a queue of migrations of some kind."""
BACKUP_NAMES = regex(r"(^|[-_/\s])(backups?|pg_?dump)([-_.\s]|$)", re.I)
AIRFLOW_MIGRATES = ("_AIRFLOW_DB_UPGRADE", "_AIRFLOW_DB_MIGRATE")
"""Variables by which Airflow's image migrates (https://airflow.apache.org/docs/docker-stack/entrypoint.html)."""
