"""What a start command does in the end: keep serving, or do its work and exit. Works on text, split into steps."""

from __future__ import annotations

from devpool.catalog import start_commands as words
from devpool.text.patterns import regex

_CONTINUED = regex(r"\\[ \t]*\r?\n")
_BETWEEN_STEPS = regex(r"&&|\|\||;|\r?\n")
_BEFORE_A_STEP = regex(
    r"^[\s\"'({]*((do|then|else|if|elif|while|until|!|time|exec|/?(usr/)?(bin/)?(ba|da|z)?sh(\s+-\w+)+)\s+)*"
)
_FOLDERS = regex(r"(?<![^\s=:\"'])[^\s=:\"']*/(?=[^\s/])")  # from a word's start on: linear in its length
_OPTION = regex(r"(?<!\S)-\S+")


def serves(start: str) -> bool:
    """Whether a start ends in a program that keeps running: a known server, or whatever follows the migration."""
    return plainly_serves(start) or _goes_on(start) or _runs(start)


def plainly_serves(start: str) -> bool:
    """Whether a start names a server by a word that cannot mean a migration."""
    return any(words.SERVERS.search(s) or words.SERVING.search(_without_migration(s)) for s in _last_steps(start))


def migrates(start: str) -> bool:
    """Whether a start command migrates the schema and runs nothing else that keeps running."""
    return any(_migrates(step) for step in _steps(start)) and not serves(start)


def runs_psql(start: str) -> bool:
    """Whether a start command runs psql and nothing that keeps running."""
    return words.PSQL.search(start) is not None and not serves(start)


def _steps(start: str) -> list[str]:
    """The steps of a start, one command each, without the words of the shell around it."""
    cut = _BETWEEN_STEPS.split(_CONTINUED.sub(" ", start))
    return [step for text in cut if not words.PASSING.search(step := _BEFORE_A_STEP.sub("", text, count=1).strip())]


def _last_steps(start: str) -> list[str]:
    """The steps from the last one on that prepares the database: what is before it has ended by then."""
    steps = _steps(start)
    preparing = [at for at, step in enumerate(steps) if _prepares(step)]
    return steps[preparing[-1] :] if preparing else steps


def _prepares(step: str) -> bool:
    return _migrates(step) or words.PSQL.search(step) is not None


def _bare(step: str) -> str:
    """A step without options and without the folders of paths: neither tells what it runs."""
    return _FOLDERS.sub("", _OPTION.sub("", step))


def _migrates(step: str) -> bool:
    return bool(words.MIGRATES.search(_bare(step)) or words.MIGRATES_AS_WRITTEN.search(step))


def _without_migration(step: str) -> str:
    """What of a step can name a server: all of it, or what comes after the word that migrates."""
    found = words.MIGRATES.search(bare := _bare(step))
    return bare[found.end() :] if found else step


def _goes_on(start: str) -> bool:
    """Whether something comes after the migration that is neither one of its chores nor over at once."""
    steps = _last_steps(start)
    return bool(steps) and _prepares(steps[0]) and any(not _is_chore(step) for step in steps[1:])


def _is_chore(step: str) -> bool:
    bare = _bare(step)
    return words.CHORES.search(bare) is not None or bool(
        words.MANAGEMENT.search(bare) and not words.WORKERS.search(bare)
    )


def _runs(start: str) -> bool:
    """Whether a start that prepares nothing runs a runtime: `node index.js`."""
    return not any(map(_prepares, _steps(start))) and words.RUNTIMES.search(start) is not None
