"""What a container starts: whether it keeps serving or does its work and exits, and the part of it that migrates.

Works on text, split into steps: scripts are passed as text. Pure.
"""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from devpool.catalog import start_commands
from devpool.catalog.migration_tools import Tool
from devpool.model.tool_detection import by_command
from devpool.text.patterns import CONTINUED, regex

_SPLIT = regex(r"&&|\|\||;|\||\n|\b(?:then|do|else)\b")
_AROUND = regex(r"^[\s\"'(]*(?:(?:if|while|until|!|exec|time)\s+)*(?:\S*\b(?:ba|a|da)?sh\s+-\w*c\s+)?[\"'(]*")
_PASSES_ON = regex(r"\$[@*1]|\$\{[@*1]")
_SHELL = regex(r"\bsh\s+-\w*c\b")
_OF_A_SHELL = regex(r"[$`<>(){}*?\"'\\]")
_ECHO = regex(r"^(echo|printf|#|log\b|info\b)")
_BETWEEN_STEPS = regex(r"&&|\|\||;|\r?\n")
_BEFORE_A_STEP = regex(
    r"^[\s\"'({]*((do|then|else|if|elif|while|until|!|time|exec|/?(usr/)?(bin/)?(ba|da|z)?sh(\s+-\w+)+)\s+)*"
)
_FOLDERS = regex(r"(?<![^\s=:\"'])[^\s=:\"']*/(?=[^\s/])")  # from a word's start on: linear in its length
_OPTION = regex(r"(?<!\S)-\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartText:
    """A text that a container runs as it starts, and where it stands."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a service starts.

    Attributes:
        entrypoint: its entrypoint, the scripts that it calls among it.
        command: its command, likewise.
    """

    entrypoint: tuple[StartText, ...] = ()
    command: tuple[StartText, ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(piece.text for piece in (*self.entrypoint, *self.command))

    @property
    def dead_end(self) -> bool:
        """Whether the entrypoint runs something of its own and never the command that it is given."""
        texts = [piece.text for piece in self.entrypoint]
        if not texts or any(_PASSES_ON.search(text) for text in texts):
            return False
        return bool(_SHELL.search(texts[0]) or start_commands.ENDLESS.search("\n".join(texts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrating:
    """The part of a start that migrates: the tool if the words name it, the command, and where it stands."""

    tool: Tool | None
    text: str
    where: str

    @property
    def words(self) -> tuple[str, ...]:
        """It as the words of a command of its own."""
        if _OF_A_SHELL.search(self.text):
            return ("sh", "-c", self.text)
        return tuple(self.text.split())


def migrating(start: Start) -> list[Migrating]:
    """The parts of a start that migrate, each text once. What names its tool says more than what calls it, as
    `npm run db:migrate` does: the others count only where there is none.
    """
    migrations = {m.text: m for piece in (*start.entrypoint, *start.command) for m in _of(piece)}
    return [m for m in migrations.values() if m.tool] or list(migrations.values())


def _of(piece: StartText) -> Iterator[Migrating]:
    for part in _SPLIT.split(piece.text):
        text = " ".join(_closed(_AROUND.sub("", part)).split())
        tool = None if _ECHO.search(text) else by_command(text)
        if tool or _applies(text):
            yield Migrating(tool=tool, text=text, where=piece.where)


def _applies(text: str) -> bool:
    """Whether a step applies migrations with a tool that its words do not name."""
    if start_commands.PASSING.search(text):
        return False
    return bool(start_commands.MIGRATION_STEPS.search(text) or start_commands.MIGRATES_AS_WRITTEN.search(text))


def _closed(text: str) -> str:
    """A part of a start without what ends it and was opened before it: `head")` of `("alembic upgrade head")`."""
    left = Counter(text)
    for length in range(len(text), 0, -1):
        last = text[length - 1]
        if not (last.isspace() or (last == ")" and left[")"] > left["("]) or (last in "\"'" and left[last] % 2)):
            return text[:length]
        left[last] -= 1
    return ""


def of_dockerfile(text: str, target: str = "") -> tuple[str, str]:
    """The last ENTRYPOINT and CMD of a Dockerfile, up to the end of a stage.

    An exec form is given as one line of words (Dockerfile reference, "Shell and exec form").
    """
    logical = re.sub(r"\\\r?\n", " ", text)
    stage, entrypoint, command = "", "", ""
    for line in logical.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word.upper() == "FROM":
            if target and stage == target:
                break
            stage = (rest.split() or [""])[-1]
        elif word.upper() == "ENTRYPOINT":
            entrypoint, command = _words(rest), ""
        elif word.upper() == "CMD":
            command = _words(rest)
    return entrypoint, command


def _words(rest: str) -> str:
    try:
        return " ".join(map(str, json.loads(rest)))
    except (ValueError, RecursionError):
        return f"sh -c {rest.strip()}"


def called(text: str) -> list[str]:
    """The words of a start that may be the names of scripts."""
    words = [word.strip("\"'();&") for word in text.split()]
    return [w for w in dict.fromkeys(words) if re.fullmatch(r"[\w./-]*[\w-]+(\.(sh|bash))?", w) and not w.isdigit()]


def script_calls(text: str) -> list[str]:
    """The scripts of package.json that a start calls."""
    calls = re.findall(r"\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:-\S+\s+)*([\w:.-]+)", text)
    return [name for name in dict.fromkeys(calls) if name not in ("run", "install", "ci", "exec")]


def joined(command: tuple[str, ...]) -> str:
    """Words as they can be typed."""
    return shlex.join(command)


# --- what a start does in the end: keep serving, or do its work and exit ---


def serves(start: str) -> bool:
    """Whether a start ends in a program that keeps running: a known server, or whatever follows the migration."""
    return plainly_serves(start) or _goes_on(start) or _runs(start)


def plainly_serves(start: str) -> bool:
    """Whether a start names a server by a word that cannot mean a migration."""
    return any(
        start_commands.SERVERS.search(s) or start_commands.SERVING.search(_without_migration(s))
        for s in _last_steps(start)
    )


def migrates(start: str) -> bool:
    """Whether a start command migrates the schema and runs nothing else that keeps running."""
    return any(_migrates(step) for step in _steps(start)) and not serves(start)


def runs_psql(start: str) -> bool:
    """Whether a start command runs psql and nothing that keeps running."""
    return start_commands.PSQL.search(start) is not None and not serves(start)


def _steps(start: str) -> list[str]:
    """The steps of a start, one command each, without the words of the shell around it."""
    cut = _BETWEEN_STEPS.split(CONTINUED.sub(" ", start))
    return [
        step for text in cut if not start_commands.PASSING.search(step := _BEFORE_A_STEP.sub("", text, count=1).strip())
    ]


def _last_steps(start: str) -> list[str]:
    """The steps from the last one on that prepares the database: what is before it has ended by then."""
    steps = _steps(start)
    preparing = [at for at, step in enumerate(steps) if _prepares(step)]
    return steps[preparing[-1] :] if preparing else steps


def _prepares(step: str) -> bool:
    return _migrates(step) or start_commands.PSQL.search(step) is not None


def _bare(step: str) -> str:
    """A step without options and without the folders of paths: neither tells what it runs."""
    return _FOLDERS.sub("", _OPTION.sub("", step))


def _migrates(step: str) -> bool:
    return bool(start_commands.MIGRATES.search(_bare(step)) or start_commands.MIGRATES_AS_WRITTEN.search(step))


def _without_migration(step: str) -> str:
    """What of a step can name a server: all of it, or what comes after the word that migrates."""
    found = start_commands.MIGRATES.search(bare := _bare(step))
    return bare[found.end() :] if found else step


def _goes_on(start: str) -> bool:
    """Whether something comes after the migration that is neither one of its chores nor over at once."""
    steps = _last_steps(start)
    return bool(steps) and _prepares(steps[0]) and any(not _is_chore(step) for step in steps[1:])


def _is_chore(step: str) -> bool:
    bare = _bare(step)
    return start_commands.CHORES.search(bare) is not None or bool(
        start_commands.MANAGEMENT.search(bare) and not start_commands.WORKERS.search(bare)
    )


def _runs(start: str) -> bool:
    """Whether a start that prepares nothing runs a runtime: `node index.js`."""
    return not any(map(_prepares, _steps(start))) and start_commands.RUNTIMES.search(start) is not None
