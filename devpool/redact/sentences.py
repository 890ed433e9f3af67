"""Removes passwords from all text that leaves devpool.

`redact` is for sentences of any origin and removes whatever has the form of a password. `masked` is for the
value of a variable: it shows only what is known to be an address or harmless. Whole files are handled by
`masked_files.py`.
"""

from __future__ import annotations

import re

from devpool.redact.shown_values import shown_characters

MASK = "***"
# Not compiled here: most commands load these long before they show a text. All are linear in the text.
_USERINFO = r"://[^:/@\s]*:"
# In a keyword string, up to the quote, the `;`, or the next word.
_HIDDEN = (
    r"(?P<word>\b(?:password|passwd|pwd)\s*=\s*)(?:'[^'\r\n]*'|\"[^\"\r\n]*\""
    r"|[^;&\s]*(?:[^\S\r\n]+(?!\w+\s*=)[^;&\s]+)*)"
    r"|(?P<option>(?<![\w-])--?(?:\w+-)*(?:password|passwd|pwd|secret|token)[ =]\s*)[^\s;]+"
    r"|(?P<tag><(?:password|passwd|pwd|secret|token)>)[^<\r\n]*"
    r"|(?P<name>\b\w*(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN)=)[^\s;]+"
)


def redact(text: str) -> str:
    """Remove the passwords from a text's URLs and keyword strings."""
    if "://" in text:
        text = "".join(map(_without_userinfo, re.split(r"(?<=[\r\n])", text)))
    return re.sub(_HIDDEN, _starred, text, flags=re.I)


def masked(value: str, name: str, known: frozenset[str] = frozenset()) -> str:
    """A variable's value as it is shown: its addresses without passwords, and of all else what is plainly harmless.

    Args:
        value: the value, `${...}` in it or not.
        name: the variable's.
        known: names that are hosts, such as those of the services.
    """
    return collapsed(value, shown_characters(value, name, known))


def collapsed(text: str, shown: bytes | bytearray) -> str:
    """A text in which each run of characters that are not to be shown has become `***`, white space around it kept.

    Args:
        text: of one line.
        shown: for each character whether it is.
    """
    parts: list[str] = []
    for run in re.finditer(b"\0+|[^\0]+", shown):
        part = text[run.start() : run.end()]
        if shown[run.start()] or part.isspace():
            parts.append(part)
        else:
            inner = part.strip()
            at = part.index(inner)
            parts.append(part[:at] + MASK + part[at + len(inner) :])
    return "".join(parts)


def _starred(found: re.Match[str]) -> str:
    return f"{found['word'] or found['option'] or found['tag'] or found['name']}{MASK}"


def _without_userinfo(line: str) -> str:
    """A line whose URLs say no password: up to the last @ of the word, or over blanks to the last of the line."""
    last = line.rfind("@")
    parts: list[str] = []
    position = stop = at = 0
    for found in re.finditer(_USERINFO, line):
        if found.start() < position:
            continue
        if found.end() > stop:  # looked for once in a word, which may have URLs by the thousand
            blank = re.compile(r"\s|$").search(line, found.end())
            stop = blank.start() if blank else len(line)
            at = line.rfind("@", found.end(), stop)
        end = at if at >= found.end() else -1
        if end < 0 and last >= found.end():
            end = last
        elif end < 0 and line[stop - 1 : stop] == "\\":
            end = stop - 1  # in double quotes a backslash may break the line before the @
        if end > found.end():
            parts += [line[position : found.end()], MASK]
            position = end
    return "".join([*parts, line[position:]])
