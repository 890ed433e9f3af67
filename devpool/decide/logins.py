"""User, password and database that an app logs in with, from its address and the variables next to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from devpool.model.project import ConnectionVariable, Project
from devpool.text.patterns import regex

PASSWORD, USER, DB = "POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB"
# The rest of a name after the prefix that it shares with a host variable.
_COMPANY = {
    USER: regex(r"_?(USER(_?NAME)?|LOGIN)", re.I),
    PASSWORD: regex(r"_?(PASS(WORD|WD)?|PWD?)", re.I),
    DB: regex(r"_?((DB|DATABASE)_?)?NAME|_?(DB|DATABASE)", re.I),
}
_USERINFO = regex(r"://(?P<user>[^:/@\s]+)(?::(?P<password>\S*))?@$")
_KEYWORDS = {
    USER: regex(r"(?:^|[?&;\s])user(?:[ _]?(?:id|name))?\s*=\s*(?P<value>[^&;\s'\"]+)", re.I),
    PASSWORD: regex(r"(?:^|[?&;\s])(?:password|pwd)\s*=\s*(?P<value>[^&;\s'\"]+)", re.I),
    DB: regex(r"(?:^|[?&;\s])(?:dbname|database)\s*=\s*(?P<value>[^&;\s'\"]+)", re.I),
}
_DATABASE = regex(r"(?::\d+)?/(?P<db>[^?\s,;'\"]*)")


def login_of(project: Project, setting: ConnectionVariable) -> dict[str, str]:
    """User, password and database with which an app enters, by the names of the pooler's variables."""
    values = userinfo(setting) if setting.kind in ("url", "jdbc", "dsn") else {}
    return dict(from_company(project, setting)) | values


def userinfo(setting: ConnectionVariable) -> dict[str, str]:
    """User, password and database of the one URL that a setting is."""
    text, (start, end) = setting.value.text, setting.address.host_span
    begin = text.rfind("://", 0, start)
    # If a value holds several URLs, only the text of this one matters.
    login = _USERINFO.search(text[max(begin, 0) : start]) if begin >= 0 else None
    database = _DATABASE.match(text, end)
    found = {USER: login and login["user"], PASSWORD: login and login["password"], DB: database and database["db"]}
    plain = {name: unquote(value) for name, value in found.items() if value}
    if setting.kind in ("jdbc", "dsn"):
        words = ((name, pattern.search(text)) for name, pattern in _KEYWORDS.items())
        plain = {name: unquote(word["value"]) for name, word in words if word} | plain
    return plain


def from_company(project: Project, setting: ConnectionVariable) -> Iterator[tuple[str, str]]:
    """User, password and database from the variables that share the setting's prefix.

    What comes before `HOST` can end in the middle of a word, as in `STATS_PGHOST` beside `STATS_PGPASSWORD`: where the
    whole words have no password, that counts.
    """
    words = re.split(r"(?i)(?<=_)[^_]+$|HOST|SERVER|URL|JDBC", setting.variable)[0]
    stem = re.split(r"(?i)(HOST|SERVER|URL|JDBC)[^_]*$", setting.variable)[0]
    found = [dict(_with_prefix(project, setting, prefix)) for prefix in (words, stem)]
    yield from next((f for f in found if PASSWORD in f), found[0]).items()


def _with_prefix(project: Project, setting: ConnectionVariable, prefix: str) -> Iterator[tuple[str, str]]:
    values = project.environments[setting.service]
    for name, pattern in _COMPANY.items():
        mine = (v for n, v in values.items() if n.startswith(prefix) and pattern.fullmatch(n, len(prefix)) and v.text)
        value = next(mine, None)
        if value:
            yield name, value.text
