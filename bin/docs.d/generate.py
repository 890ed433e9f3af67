"""Writes the pages in docs/reference/ that state facts of the code: commands, settings, and tables of the catalog.

`bin/docs --generate` runs it; tests/site/test_pages.py compares what it would write with what is there.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import click

from devpool import resources
from devpool.catalog.direct_programs import PROGRAMS, DirectProgram
from devpool.catalog.log_messages import TABLE, Translation
from devpool.catalog.session_features import SESSION_FEATURES
from devpool.cli import devpool
from devpool.output import JSON_VERSION
from devpool.verb import groups

sys.path.insert(0, str(Path(__file__).parent))
import schema
from mechanisms import MECHANISMS

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
PRESETS = Path(__file__).resolve().parents[2] / "docker" / "pgbouncer" / "presets.txt"
CONFIG = "https://www.pgbouncer.org/config.html"
_WIDTH = 84  # fits into a column of the site
_NOTE = "This page is generated from the code: `bin/docs --generate`."
_SETTINGS = """\
What `enable --set KEY=VALUE` and `devpool set KEY=VALUE` accept, and `PGBOUNCER_KEY` in the pooler's image. A key with
`db_` belongs to PgBouncer's `[databases]` section. The other presets are on [their own page](../pooler-presets.md);
where no value stands, PgBouncer's default applies."""
_DIRECT = """\
A service that runs one of these stays connected directly to its database. `image` is a regular expression for the
image's name without registry and tag, `full image` for all of it, and `command` for what the service starts.
`--pool SERVICE` pools it all the same."""
_MESSAGES = """\
`devpool check` looks for these in the logs of the last 15 minutes, and a failed `enable` does in the pooler's. Each is
a regular expression; the first that matches a line explains it, and `{what}` is the word that it found."""
_TYPES = {
    "bool": "`1` or `0`",
    "seconds": "seconds",
    "int": "a whole number",
    "words": "words with commas between them",
    "text": "text",
    "file": "a path in the container",
    "database": "a database",
    "ciphers": "a list of OpenSSL's",
    "tls13-ciphers": "a list of OpenSSL's, for TLS 1.3",
    "protocols": "versions of TLS",
}


def commands() -> str:
    """The page of the verbs, with their help."""
    context = click.Context(devpool, info_name="devpool", max_content_width=_WIDTH)
    shared = {name for parameter in devpool.params for name in parameter.opts}
    parts = [
        "# Commands",
        _NOTE,
        "Arguments after `--` belong to the command that devpool runs. Without a verb, devpool ends with 2.",
        "## Options of every command",
        _options(context, [p for p in devpool.params if isinstance(p, click.Option)]),
    ]
    for verb in devpool.list_commands(context):
        command = devpool.get_command(context, verb)
        assert command
        inner = click.Context(command, info_name=verb, parent=context, max_content_width=_WIDTH)
        parts += [f"## devpool {verb}", _described(inner, command)]
        for heading, options in groups(command, inner).items():
            own = [p for p in options if not (shared | {"--help"}) & set(p.opts)]
            parts += [f"{heading}:", _options(inner, own)] if own else []
    return _page(*parts, _EXIT_CODES)


_EXIT_CODES = """## Exit codes

| exit code | meaning |
|---|---|
| 0 | done, or nothing to do |
| 1 | refused or failed; nothing changed |
| 2 | the command line is wrong |
| 3 | a bug in devpool; it prints the path of a log |
| 4 | `check` or `compare` found something |
| 5 | could not tell: `check --strict` (the default where `CI` is set) if all is well, `compare` if anything differs |
| 130 | interrupted |

`migrate`, `direct` and `psql` end with the exit code of the command that they run. `check --nagios` ends with 0, 1, 2
or 3, as monitoring plugins do.

`--json` prints one object for each of these, errors too: [JSON](json.md)."""


def _described(context: click.Context, command: click.Command) -> str:
    """How a verb is called and what it does. Where its help has a line of its own for the first, that counts."""
    paragraphs = inspect.cleandoc(command.help or "").replace("\b\n", "").split("\n\n")
    own = [p for p in paragraphs if p.startswith("devpool ")]
    usage = own or ["devpool " + " ".join([str(context.info_name), *command.collect_usage_pieces(context)])]
    rest = "\n\n".join(map(_paragraph, (p for p in paragraphs if p not in own)))
    return f"{_fenced(usage[0])}\n\n{rest}".replace("(see\ndocs/migrations.md)", _MIGRATIONS)


def _paragraph(text: str) -> str:
    head, _, examples = text.partition("\n")
    return f"{head}\n\n{_fenced(inspect.cleandoc(examples))}" if head == "Examples:" else text


_MIGRATIONS = "(see [Migrations](../migrations.md))"


def _options(context: click.Context, parameters: list[click.Option]) -> str:
    formatter = click.HelpFormatter(width=_WIDTH)
    formatter.write_dl([record for p in parameters if (record := p.get_help_record(context))])
    return _fenced(inspect.cleandoc(formatter.getvalue()))


def settings() -> str:
    """The page of PgBouncer's settings that devpool accepts."""
    dev = dict(line.split("|")[:2] for line in PRESETS.read_text(encoding="utf-8").splitlines() if "|" in line)
    default = {key.strip(): value.strip() for key, value in dev.items()}
    rows = [f"| {_linked(key)} | {_values(kind)} | {_preset(default.get(key))} |" for key, kind in _settings()]
    return _page(
        "# Settings",
        _NOTE,
        _SETTINGS,
        "\n".join(["| key | value | in preset `dev` |", "|---|---|---|", *rows]),
    )


def _settings() -> Iterator[tuple[str, str]]:
    for line in resources.setting_types().splitlines():
        key, _, kind = line.partition(" ")
        yield key, kind


def _linked(key: str) -> str:
    return f"`{key}`" if key.startswith("db_") else f"[`{key}`]({CONFIG}#{key})"


def _values(kind: str) -> str:
    name, _, rest = kind.partition(":")
    if name == "one-of":
        return ", ".join(f"`{word}`" for word in rest.split(","))
    least, _, most = rest.partition(":")
    limits = f", {least} to {most}" if most else f", at least {least}" if least else ""
    return _TYPES[name] + limits


def _preset(value: str | None) -> str:
    return f"`{value}`" if value else ""


def direct_programs() -> str:
    """The page of the programs that stay direct."""
    parts = []
    for kind, programs in groupby(PROGRAMS, lambda program: program.kind):
        parts += [f"## {kind.code.capitalize()}", f"{kind.sentence[0].upper()}{kind.sentence[1:]}."]
        parts += ["\n".join(map(_program, programs))]
    return _page(
        "# Programs that stay direct",
        _NOTE,
        _DIRECT,
        *parts,
    )


def _program(program: DirectProgram) -> str:
    found = {"image": program.image, "full image": program.full_image, "command": program.command}
    return f"- {', '.join(f'{n} `{p}`' for n, p in found.items() if p)} ([source]({program.source}))"


def log_messages() -> str:
    """The page of the messages that `check` translates."""
    parts = [part for message in TABLE for part in _message(message)]
    return _page(
        "# Log messages",
        _NOTE,
        _MESSAGES,
        *parts,
    )


def _message(message: Translation) -> tuple[str, ...]:
    fix = _sentence(f"What to do: {message.fix}")
    return (
        f"## {message.code}",
        _fenced(message.pattern.pattern),
        _sentence(message.cause),
        f"{fix} ([source]({message.source}))",
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}.".replace("{{", "{").replace("}}", "}")


_MECHANISMS = """\
## Who sees what

What an app may do in a session, what a transaction pool makes of it, and who sees it: `enable` before, `check` after.
*Likely* means that a line of source says so, which may never run; what only a compiled program or an image knows, no
source tells."""


def session_features() -> str:
    """The page of what a transaction pool does not keep."""
    rows = [f"| {f.name} | {f.harm} | {f.ways('SERVICE')} |" for f in SESSION_FEATURES]
    seen = [f"| {name} | {pool.says} | {enable.says} | {check.says} |" for name, enable, check, pool in MECHANISMS]
    return _page(
        "# What needs a session",
        _NOTE,
        "`enable` looks for these in an app's own source and names file and line, as *likely*. See also "
        "[PgBouncer's table](https://www.pgbouncer.org/features.html).",
        "\n".join(["| what | in a transaction pool | what to do |", "|---|---|---|", *rows]),
        _MECHANISMS,
        "\n".join(["| what | in a transaction pool | `enable` | `check` |", "|---|---|---|---|", *seen]),
    )


_ANSWERS = """\
`--json` prints one object on stdout and nothing else there; progress and warnings go to stderr. With `status --watch`,
each object is on a line of its own. Every object has `version`, which is {version}, `verb`, and `warnings`; a
refusal or failure has `error` besides, also where the command line itself is wrong. A new field does not change the
version.
[answers.schema.json](answers.schema.json) is the same as a JSON Schema.

`migrate`, `direct` and `psql` give what their command printed as `output`, as it is; devpool masks every other text."""


def answers() -> str:
    """The page of what `--json` prints."""
    return _page("# JSON", _NOTE, _ANSWERS.format(version=JSON_VERSION), schema.page())


def answers_schema() -> str:
    """The schema of what `--json` prints."""
    return json.dumps(schema.schema(), indent=2) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": commands,
    "json.md": answers,
    "answers.schema.json": answers_schema,
    "settings.md": settings,
    "direct-programs.md": direct_programs,
    "log-messages.md": log_messages,
    "session-features.md": session_features,
}


def _page(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


if __name__ == "__main__":
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
