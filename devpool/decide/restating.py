"""Whether an env file's value may be repeated in a compose file: only if that exposes no secret. Pure."""

from __future__ import annotations

import re

from devpool.decide.address_edits import moved_raw
from devpool.model.environment import Value
from devpool.model.project import BARE, ConnectionVariable, Project
from devpool.redact.passwords import redact
from devpool.text.address import DEFAULT_PORT
from devpool.text.envfile import EnvFile
from devpool.text.patterns import regex

_PASSWORD = regex(r"(pass(word|wd)?|pwd|secret)\s*=\s*[^\s;&]", re.I)
_VARIABLE = regex(r"\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*")


def shows_no_secret(value: Value, raw: str) -> bool:
    """Whether a value's text may be written elsewhere: what would be redacted in it is a variable at most."""
    interpolates = getattr(value.origin.holder, "quote", "") != "'" and value.origin.exact
    plain = not re.search(r"['\"\\]", raw)
    named = _VARIABLE.sub("", raw)
    bare = re.sub(r":@", "@", named)
    return plain and interpolates and redact(bare) == bare and not _PASSWORD.search(named)


def restatable(project: Project, setting: ConnectionVariable) -> bool:
    """Whether a setting that has to differ from others that read the same place can be stated anew: an env file's value
    by its variables, which the compose file has to be able to take from the same file.
    """
    file, value = setting.value.origin.file, setting.value
    if not isinstance(file, EnvFile) or setting.kind in BARE:
        return True
    raw = file.text[value.origin.start : value.origin.end]
    move = moved_raw(value, setting.address.host, (setting.address.host, DEFAULT_PORT, ""), raw)
    return file.path in project.sources.dotenv and shows_no_secret(value, raw) and move is not None
