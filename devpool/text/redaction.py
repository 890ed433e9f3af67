"""Texts without the passwords in them, for every word that leaves devpool."""

from __future__ import annotations

import re

# In a URL up to the last @, over blanks if it must be; in a keyword string up to the quote, the `;`, or the next word.
_SECRET = re.compile(
    # Up to the last @ of the line; in double quotes a backslash may break the line before it.
    r"(?P<url>://[^:/@\s]*:)(?:\S*(?=@)|[^\r\n]*(?=@)|[^\s\\]+(?=\\[\r\n]))"
    r"|(?P<word>\b(?:password|passwd|pwd)\s*=\s*)(?:'[^'\r\n]*'|\"[^\"\r\n]*\"|[^;&\r\n]*?(?=\s+\w+\s*=|[;&\r\n]|$))"
    r"|(?P<option>(?<![\w-])--?(?:\w+-)*(?:password|passwd|pwd|secret|token)[ =]\s*)[^\s;]+"
    r"|(?P<tag><(?:password|passwd|pwd|secret|token)>)[^<\r\n]*"
    r"|(?P<name>\b\w*(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN)=)[^\s;]+",
    re.I,
)
_TELLTALE = r"\w*(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|PRIVATE_KEY|API_?KEY)\w*(?<!_FILE)"
_SECRET_DEFAULT = re.compile(rf"(\$\{{{_TELLTALE}:?[-+])[^}}$\r\n]*\}}", re.I)
_SECRET_SETTING = re.compile(
    # The first name of a line that is not itself interpolated; in flow style more may follow.
    rf"(?:^|(?<=\r))([^\r\n]*?(?<!\$)(?<!\$\{{)\b{_TELLTALE}[\"']?[ \t]*[:=][ \t]*)"
    r"(?![\"']?\$\{?\w+(?::?\?[^}]*|:?[-+]\*\*\*)?\}?[\"']?\s*$)(?=\S)[^\r\n]*",
    re.I | re.M,
)


def redact_settings(text: str) -> str:
    """A text of settings without passwords, and without the values of names that tell of a secret. What is only
    a `${...}` stays.
    """
    return redact(_SECRET_SETTING.sub(r"\1***", _SECRET_DEFAULT.sub(r"\1***}", text)))


def redact(text: str) -> str:
    """A text without the passwords in its URLs and keyword strings."""
    return _SECRET.sub(lambda m: f"{m['url'] or m['word'] or m['option'] or m['tag'] or m['name']}***", text)
