"""Texts without the passwords in them, for every word that leaves devpool."""

from __future__ import annotations

import re

# Not compiled here: most commands load these long before they show a text.
# In a URL up to the last @, over blanks if it must be; in a keyword string up to the quote, the `;`, or the next word.
_HIDDEN = (
    # Up to the last @ of the line; in double quotes a backslash may break the line before it.
    r"(?P<url>://[^:/@\s]*:)(?:\S*(?=@)|[^\r\n]*(?=@)|[^\s\\]+(?=\\[\r\n]))"
    r"|(?P<word>\b(?:password|passwd|pwd)\s*=\s*)(?:'[^'\r\n]*'|\"[^\"\r\n]*\"|[^;&\r\n]*?(?=\s+\w+\s*=|[;&\r\n]|$))"
    r"|(?P<option>(?<![\w-])--?(?:\w+-)*(?:password|passwd|pwd|secret|token)[ =]\s*)[^\s;]+"
    r"|(?P<tag><(?:password|passwd|pwd|secret|token)>)[^<\r\n]*"
    r"|(?P<name>\b\w*(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN)=)[^\s;]+"
)
_TELLTALE = r"\w*(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|PRIVATE_KEY|API_?KEY)\w*(?<!_FILE)"
_HIDDEN_DEFAULT = rf"(\$\{{{_TELLTALE}:?[-+])[^}}$\r\n]*\}}"
_HIDDEN_SETTING = (
    # The first name of a line that is not itself interpolated; in flow style more may follow.
    rf"(?:^|(?<=\r))([^\r\n]*?(?<!\$)(?<!\$\{{)\b{_TELLTALE}[\"']?[ \t]*[:=][ \t]*)"
    r"(?![\"']?\$\{?\w+(?::?\?[^}]*|:?[-+]\*\*\*)?\}?[\"']?\s*$)(?=\S)[^\r\n]*"
)


def redact_settings(text: str) -> str:
    """A text of settings without passwords, and without the values of names that tell of a secret. What is only
    a `${...}` stays.
    """
    without_defaults = re.sub(_HIDDEN_DEFAULT, r"\1***}", text, flags=re.I)
    return redact(re.sub(_HIDDEN_SETTING, r"\1***", without_defaults, flags=re.I | re.M))


def redact(text: str) -> str:
    """A text without the passwords in its URLs and keyword strings."""
    return re.sub(_HIDDEN, _starred, text, flags=re.I)


def _starred(found: re.Match[str]) -> str:
    return f"{found['url'] or found['word'] or found['option'] or found['tag'] or found['name']}***"
