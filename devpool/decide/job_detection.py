"""What the text of a start does in the end: stay and serve, or do its work and end. Pure text, cut into its steps."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

_MIGRATES = regex(
    r"\bmigrat(e|ions?)\b(?!-(api|app|manager|server|service|worker)\b)|\balembic\b.{0,500}\bupgrade\b|\bflyway\b|\bliquibase\b"
    r"|\bdb:(migrate|setup|prepare|create|schema:load)\b|\bprisma\s+(migrate|db\s+push)\b|\bgoose\b|\bdbmate\b|\bsqitch\b"
    r"|\bschema[-_ ]?(load|setup|create|init\w*|upgrade)\b|\bupgrade-schema\b|\bdoctrine:schema:(create|update)\b"
    r"|\bairflow\s+db\b|\bdb\s+upgrade\b|\becto\.(create|setup)\b|\bdrizzle-kit\s+push\b|\bef\s+database\s+update\b"
    r"|\baerich\s+upgrade\b|\bseed(er)?\b",
    re.I,
)
_PSQL = regex(r"\bpsql\b")

# What serves wherever it stands in a step, what does so unless the step migrates (`/app/server migrate up`), and what
# can run anything: a name like `migrator` says more than `node`.
_SERVER = regex(
    r"runserver|gunicorn|uvicorn|uwsgi|hypercorn|daphne|celery|puma|rails s(?!\w*:)|npm (run )?(start|dev)|sidekiq"
    r"|phx\.server|php-fpm|apache2|supervisord|\b(flask|fastapi) run\b|\bqueue:work\b|\byarn (run )?(start|dev)\b",
    re.I,
)
_SERVING = regex(r"(?<![A-Za-z])(server?|start)\b", re.I)
_RUNTIME = regex(r"\bnext\b|\bnode\s|\bjava\s|\bexec\s", re.I)

_CONTINUED = regex(r"\\[ \t]*\r?\n")
_BETWEEN_STEPS = regex(r"&&|\|\||;|\r?\n")
_BEFORE_A_STEP = regex(
    r"^[\s\"'({]*((do|then|else|if|elif|while|until|!|time|exec|/?(usr/)?(bin/)?(ba|da|z)?sh(\s+-\w+)+)\s+)*"
)
_FOLDERS = regex(r"(?<![^\s=:\"'])[^\s=:\"']*/(?=[^\s/])")  # from a word's start on: linear in its length
_OPTION = regex(r"(?<!\S)-\S+")
# Steps that are over at once, and that say nothing of what comes after them.
_PASSING = regex(
    r"^(#|(done|fi|esac|true|false|exit|wait|echo|printf|sleep|touch|rm|cp|mv|mkdir|chmod|chown|cat|ls|date|set|export|cd"
    r"|curl|wget|nc|test|pg_isready|createdb|createuser|npm (ci|install)|\[+)(?![\w.-])|[\s\"')}]*$)"
)
# Words of the chores that go with a migration: they end, too.
_CHORE = regex(
    r"seed|init|load|creat|setup|import|fixture|populat|prepar|superuser|collectstatic|compilemessages|generate|check|backfill"
    r"|ensure|grant|bootstrap|finish|status|upgrade|stamp|reset|insert",
    re.I,
)
# A framework's own commands end, but for the few that _SERVER and _SERVING know, and those that work off a queue.
_MANAGEMENT = regex(r"\b(manage\.py|artisan|rake|rails|bin/console|mix|airflow|superset|kong)\b")
_WORKER = regex(r"work|queue|cluster|schedul|listen|consum|horizon|octane|\bbot\b|\brun\b", re.I)


def serves(start: str) -> bool:
    """Whether a start leads to a program that stays: a known server, or whatever comes after the migration."""
    return plainly_serves(start) or _goes_on(start) or _runs(start)


def plainly_serves(start: str) -> bool:
    """Whether a start names a server by a word that cannot mean a migration."""
    return any(_SERVER.search(s) or _SERVING.search(_without_migration(s)) for s in _last_steps(start))


def migrates(start: str) -> bool:
    """Whether a start migrates the schema and does nothing else that stays."""
    return any(_migrates(step) for step in _steps(start)) and not serves(start)


def runs_psql(start: str) -> bool:
    """Whether a start runs psql and nothing that stays."""
    return _PSQL.search(start) is not None and not serves(start)


def _steps(start: str) -> list[str]:
    """The steps of a start, one command each, without the words of the shell around it."""
    cut = _BETWEEN_STEPS.split(_CONTINUED.sub(" ", start))
    return [step for text in cut if not _PASSING.search(step := _BEFORE_A_STEP.sub("", text, count=1).strip())]


def _last_steps(start: str) -> list[str]:
    """The steps from the last one on that prepares the database: what is before it has ended by then."""
    steps = _steps(start)
    preparing = [at for at, step in enumerate(steps) if _prepares(step)]
    return steps[preparing[-1] :] if preparing else steps


def _prepares(step: str) -> bool:
    return _migrates(step) or _PSQL.search(step) is not None


def _bare(step: str) -> str:
    """A step without options and without the folders of paths: neither tells what it runs."""
    return _FOLDERS.sub("", _OPTION.sub("", step))


def _migrates(step: str) -> bool:
    return _MIGRATES.search(_bare(step)) is not None


def _without_migration(step: str) -> str:
    """What of a step can name a server: all of it, or what comes after the word that migrates."""
    found = _MIGRATES.search(bare := _bare(step))
    return bare[found.end() :] if found else step


def _goes_on(start: str) -> bool:
    """Whether something comes after the migration that is neither one of its chores nor over at once."""
    steps = _last_steps(start)
    return bool(steps) and _prepares(steps[0]) and any(not _is_chore(step) for step in steps[1:])


def _is_chore(step: str) -> bool:
    bare = _bare(step)
    return _CHORE.search(bare) is not None or bool(_MANAGEMENT.search(bare) and not _WORKER.search(bare))


def _runs(start: str) -> bool:
    """Whether a start that prepares nothing runs a runtime: `node index.js`."""
    return not any(map(_prepares, _steps(start))) and _RUNTIME.search(start) is not None
