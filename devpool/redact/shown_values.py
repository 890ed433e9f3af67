"""Which parts of a value may be shown: addresses, references to variables, and what is plainly harmless. Pure.

It does not search for what looks like a secret: secrets have endless names and forms. What is not known to be harmless
is not shown. The answer is a flag for each character of the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from devpool.text.patterns import regex

LONGEST = 10_000
"""The longest value that is examined, in characters; nothing of a longer one is shown."""
_DEEPEST = 20  # defaults within defaults, `${A:-${B:-...}}`; of a deeper one nothing is shown

Span = tuple[int, int]
Words = Literal["program", "arguments"]

_SECRET = regex(
    r"PASS|PWD|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|JWT|SIGNING"
    r"|(?:^|[_.\s-])(?:PW|CREDS?|KEYS?|PINS?|OTP|SALT|HASH|AUTH|CERT|COOKIES?|LICENSE|BEARER|PEM|SEED|USERLIST|WEBHOOK)(?=$|[_.\s:=-])",
    re.I,
)
_PATH_OF_SECRET = regex(r"_FILE$|_PATH$", re.I)
_NAMES_ADDRESS = regex(r"(?:^|[_.-])(?:URL|URI|DSN)$", re.I)
_ENDING = r"(?:^|[_.-]|^PG)"
_HARMLESS = (
    (regex(rf"{_ENDING}(?:HOST|HOSTNAME|HOSTADDR|SERVER|ADDR|ADDRESS)$", re.I), regex(r"[\w.-]{1,253}(?::\d{1,5})?")),
    (regex(rf"{_ENDING}(?:PORT|TIMEOUT|SIZE|LIMIT|CONNECTIONS)$", re.I), regex(r"\d{0,9}")),
    (
        regex(
            rf"{_ENDING}(?:USER|USERNAME|DB|DBNAME|DATABASE|NAME|SCHEMA|SSLMODE|MODE|ENV|LEVEL|ENGINE|ADAPTER|DRIVER|TZ"
            r"|LANG)$",
            re.I,
        ),
        regex(r"[\w./-]{1,64}"),
    ),
    (regex(rf"{_ENDING}(?:FILE|PATH|DIR|HOME|PGDATA)$", re.I), regex(r"\.{0,2}/[\w./-]{0,200}")),
)
# The variables of the pooler's service: `preset`, `session_database` and `metrics_folder` are devpool's own, the others
# the settings of docker/pgbouncer/settings.txt but for those that are texts, which may hold a password.
_POOLER_TEXT = """
preset session_database metrics_folder
admin_users application_name_add_host auth_dbname auth_hba_file auth_ident_file auth_type autodb_idle_timeout
cancel_wait_timeout client_idle_timeout client_login_timeout client_tls13_ciphers client_tls_ca_file
client_tls_cert_file client_tls_ciphers client_tls_dheparams client_tls_ecdhcurve client_tls_key_file
client_tls_protocols client_tls_sslmode db_application_name db_auth_dbname db_client_encoding db_datestyle
db_load_balance_hosts db_max_db_client_connections db_max_db_connections db_min_pool_size db_pool_mode db_pool_size
db_query_wait_timeout db_reserve_pool db_reserve_pool_size db_server_lifetime db_timezone default_pool_size
disable_pqexec dns_max_ttl dns_nxdomain_ttl dns_zone_check_period idle_transaction_timeout ignore_startup_parameters
listen_backlog listen_port log_connections log_disconnections log_pooler_errors log_stats max_client_conn
max_db_client_connections max_db_connections max_packet_size max_prepared_statements max_user_client_connections
max_user_connections min_pool_size peer_id pkt_buf pool_idle_timeout pool_mode query_timeout query_wait_notify
query_wait_timeout reserve_pool_size reserve_pool_timeout resolv_conf sbuf_loopcnt scram_iterations
server_check_delay server_connect_timeout server_fast_close server_idle_timeout server_lifetime server_login_retry
server_reset_query_always server_round_robin server_tls13_ciphers server_tls_ca_file server_tls_cert_file
server_tls_ciphers server_tls_key_file server_tls_protocols server_tls_sslmode so_reuseport stats_period stats_users
tcp_defer_accept tcp_keepalive tcp_keepcnt tcp_keepidle tcp_keepintvl tcp_socket_buffer tcp_user_timeout
track_extra_parameters transaction_timeout
"""
POOLER_SETTINGS = frozenset(f"PGBOUNCER_{name.upper()}" for name in _POOLER_TEXT.split())
_POOLER_VALUE = regex(r"[\w.,:/ -]{0,200}")
_PLAIN = regex(r"true|false|yes|no|on|off|null|none|~", re.I)
_REFERENCE = regex(r"\$(?:(?P<brace>\{)|[A-Za-z_]\w*|\$)")
# What Compose is to say where a variable is not set: words of a sentence, without a digit or a sign of a password's.
_MESSAGE = regex(
    r"[A-Za-z_]+(?:[.,:;!]?\s+[A-Za-z_./'()-]{1,40}){1,40}[.!]?|err|error|required|missing|unset|not set", re.I
)
_INSIDE = regex(r"\$\{[A-Za-z_]\w*(?P<operator>:?[-?+])?")
_STAND_IN = "\u02ad"  # a letter that stands for each character of a `${...}`

_SCHEME = regex(r"(?<![\w+.-])(?:(?:j|r2)dbc:(?:pool:)?)?[A-Za-z][A-Za-z0-9]{0,20}(?:\+[A-Za-z0-9_]{1,20}){0,2}://")
_POSTGRES = regex(r"(?:^|[:+])(?:postgres(?:ql)?|postgis|psql|pgsql|pg|timescale(?:db)?|pgx5?|ecto|cockroachdb)", re.I)
_HOST = regex(r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]{1,253})(?::(?:\d{1,5}|\u02ad+))?(?=[/?#\s'\"`,;)\]}\\]|$)")
_DATABASE = regex(r"/[\w.-]{0,63}(?=[?#\s'\"`,;)\]}\\]|$)")
_PARAMETER = regex(r"[?&;](?P<key>\w{1,40})=(?P<value>[^&;#\s'\"`,)\]}\\]*)")
_PAIR = regex(
    r"(?<![\w.-])(?P<q>[\"']?)(?P<key>user id|data source|initial catalog|[A-Za-z_][\w.-]{0,60})(?P=q)\s{0,9}[:=]"
    r"\s{0,9}(?P<value>\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*'|[^\s;&,{}\[\]\"']+)",
    re.I,
)
_WORD = regex(r"\S+")
_OPTION = regex(r"(?:--[A-Za-z][A-Za-z-]*|-[A-Za-z])(?==|$)")
_SHELL = regex(r"[|&;<>]{1,2}|CMD|CMD-SHELL|NONE|exec|(?:[\w.-]*/)*(?:ba|a)?sh")
_PROGRAM = regex(r"[\w./-]{1,100}")
_PARAMETERS_TEXT = """
host hostaddr port user username userid dbname database db server datasource initialcatalog sslmode sslrootcert
schema currentschema searchpath applicationname connecttimeout pgbouncer poolmode poolsize driver adapter engine
protocol targetsessionattrs hostname
"""
_PARAMETERS = frozenset(_PARAMETERS_TEXT.split())


def is_secret(name: str) -> bool:
    """Whether a name indicates a secret; the name of a file that holds one does not."""
    return name not in POOLER_SETTINGS and bool(_SECRET.search(name)) and not _PATH_OF_SECRET.search(name)


def shown_characters(
    value: str,
    name: str,
    known: frozenset[str] = frozenset(),
    *,
    words: Words | None = None,
    hidden: bool = False,
    depth: int = 0,
) -> bytearray:
    """For each character of a value, whether it may be shown: 1 or 0.

    Args:
        value: the value as Compose reads it from the file, before interpolation.
        name: whose value it is: a variable, an option, a key; "" where nothing is known of it.
        known: names that are hosts, such as those of the services.
        words: whether it is a command line: `program`, where its first word is one, or `arguments`.
        hidden: whether nothing but the names of variables may be shown.
        depth: in how many other references' defaults it stands.
    """
    shown = bytearray(len(value))
    if len(value) > LONGEST or depth > _DEEPEST:
        return shown
    references = list(_references(value))
    text = value
    for start, end in reversed(references):
        text = text[:start] + _STAND_IN * (end - start) + text[end:]
    secret = hidden or (is_secret(name) and not _NAMES_ADDRESS.search(name))
    if not secret:
        for start, end in _spans(text, name, known, words):
            shown[start:end] = b"\1" * (end - start)
    for start, end in references:
        shown[start:end] = _in_reference(value[start:end], known, secret, depth)
    return shown


def _references(value: str) -> Iterator[Span]:
    """The `$NAME` and `${...}` that do not stand inside of another."""
    position = 0
    while found := _REFERENCE.search(value, position):
        position = _closing(value, found.start()) if found["brace"] else found.end()
        if found[0] != "$$":
            yield found.start(), position


def _closing(value: str, start: int) -> int:
    """The end of the `${...}` that begins there; that of the text where it has none."""
    depth = 0
    for position in range(start + 1, len(value)):
        if value[position] == "{" and value[position - 1] == "$":
            depth += 1
        elif value[position] == "}":
            depth -= 1
            if depth == 0:
                return position + 1
    return len(value)


def _in_reference(text: str, known: frozenset[str], hidden: bool, depth: int) -> bytearray:
    """Of a reference: its name, and of its default what may be shown of a value of that name."""
    shown = bytearray(len(text))
    if not text.startswith("${"):
        return bytearray(b"\1") * len(text)
    head = _INSIDE.match(text)
    if not head or not text.endswith("}") or (not head["operator"] and head.end() != len(text) - 1):
        return shown
    shown[: head.end()] = b"\1" * head.end()
    shown[-1] = 1
    argument = text[head.end() : -1]
    name = head[0][2:].rstrip(":-?+")
    if (head["operator"] or "").endswith("?") and _MESSAGE.fullmatch(argument):
        return bytearray(b"\1") * len(text)
    hide = hidden or (head["operator"] or "").endswith("?")
    shown[head.end() : -1] = shown_characters(argument, name, known, hidden=hide, depth=depth + 1)
    return shown


def _spans(text: str, name: str, known: frozenset[str], words: Words | None) -> Iterator[Span]:
    if words is None and is_harmless(text, name, known):
        yield 0, len(text)
        return
    for line in re.finditer(r"[^\r\n]+", text):
        if words:
            yield from _in_words(text, line.start(), line.end(), known, words == "program")
        yield from _in_line(text, line.start(), line.end())


def is_harmless(text: str, name: str, known: frozenset[str]) -> bool:
    """Whether a value is harmless, by its content or by its name."""
    if _PLAIN.fullmatch(text) or text in known:
        return True
    host, colon, port = text.partition(":")
    if colon and host in known and port.isascii() and port.isdigit():
        return True
    if name in POOLER_SETTINGS and _POOLER_VALUE.fullmatch(text):
        return True
    return any(names.search(name) and values.fullmatch(text) for names, values in _HARMLESS)


def _in_line(text: str, start: int, end: int) -> Iterator[Span]:
    """The addresses of a line: of its URLs, and of its `key=value` pairs that say where a server is."""
    schemes = list(_SCHEME.finditer(text, start, end))
    for number, scheme in enumerate(schemes):
        yield from _pairs(text, start, scheme.start())
        start = schemes[number + 1].start() if number + 1 < len(schemes) else end
        yield from _url(text, scheme, start)
    if not schemes:
        yield from _pairs(text, start, end)


def _url(text: str, scheme: re.Match[str], end: int) -> Iterator[Span]:
    """The parts of a URL that are shown; its userinfo may extend to the last @ before the next URL."""
    yield scheme.span()
    postgres = bool(_POSTGRES.search(scheme[0]))
    position, at = scheme.end(), text.rfind("@", scheme.end(), end)
    if at >= 0:
        # Elsewhere the user may be a token: `https://TOKEN:x-oauth-basic@github.com`.
        user = re.compile(r"[\w.%-]{1,64}(?=[:@])").match(text, position, at + 1) if postgres else None
        if user:
            yield user.start(), user.end() + (text[user.end()] == ":")
        yield at, at + 1
        position = at + 1
    found = _HOST.match(text, position, end)
    if not found:
        # libpq: a URL without an authority, with its host among the parameters.
        yield from _after_host(text, position, end) if postgres and text.startswith("/", position) else ()
        return
    yield found.span()
    if postgres:
        yield from _after_host(text, found.end(), end)


def _after_host(text: str, position: int, end: int) -> Iterator[Span]:
    database = _DATABASE.match(text, position, end)
    if database:
        yield database.span()
        position = database.end()
    while parameter := _PARAMETER.match(text, position, end):
        yield parameter.start(), parameter.start("value")
        if _is_parameter(parameter["key"]) and re.fullmatch(r"[\w./-]{0,128}", parameter["value"]):
            yield parameter.span("value")
        position = parameter.end()


def _pairs(text: str, start: int, end: int) -> Iterator[Span]:
    for pair in _PAIR.finditer(text, start, end):
        value = pair["value"]
        bare = value[1:-1] if value[0] in "\"'" else value
        if _is_parameter(pair["key"]) and re.fullmatch(r"[\w.-]{0,128}(?:[:,]\d{1,5})?", bare):
            yield pair.span()


def _is_parameter(key: str) -> bool:
    return re.sub(r"[\s_.-]", "", key).lower() in _PARAMETERS


def _in_words(text: str, start: int, end: int, known: frozenset[str], program: bool) -> Iterator[Span]:
    """Of a command line the program, the options' names, what the shell knows, and hosts.

    Args:
        program: whether the first word may be a program.
    """
    before = ""
    for word in _WORD.finditer(text, start, end):
        shell = _SHELL.fullmatch(word[0])
        option = _OPTION.match(word[0])
        if option:
            value = option.end() + word[0].startswith("=", option.end())
            own = value < len(word[0]) and _is_host(word[0][value:], option[0], known)
            yield word.start(), word.end() if own else word.start() + value
        elif shell or (program and _PROGRAM.fullmatch(word[0])) or _is_host(word[0], before, known):
            yield word.span()
        program = bool(shell) or (program and bool(option) and bool(_SHELL.fullmatch(before)))
        before = word[0]


def _is_host(word: str, option: str, known: frozenset[str]) -> bool:
    """Whether a word of a command line, after the name of an option, is harmless."""
    return is_harmless(word, option, known) and not is_secret(option)
