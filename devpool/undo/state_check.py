"""Whether a recorded edit undoes something that devpool could have written. Pure.

A record is committed, so anyone can write it, and what it restores goes into the user's files. Each kind of edit that
`edit/` makes has a shape: what it wrote names the pooler, its port or devpool's own variables, and what it replaced
is an address, an alias or the name of a dependency on one line. `meaning_check.py` checks the combined result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from devpool.catalog.docker import IMAGE
from devpool.decide.key_ownership import ANCHOR
from devpool.decide.options import Options
from devpool.decide.plan import DIRECT_SUFFIX, MOST_REPLICAS, POOLED_SUFFIX, SESSION_SUFFIX
from devpool.decide.sessions import SUFFIX
from devpool.decide.tuning import PRESET, PRESETS, add, read_types
from devpool.devpool_folder import BUILD_CONTEXT, EXPORTER_CONTEXT, FOLDER, PRIVATE_ENV
from devpool.edit.pooler_template import LABEL
from devpool.errors import DevpoolError
from devpool.text import nodes
from devpool.text.address import WRITTEN
from devpool.text.document import parse
from devpool.text.edits import Copy, Edit
from devpool.text.patterns import regex
from devpool.undo.state import State

KEYS = ("environment", "env_file", "depends_on", "links", "command", "entrypoint")
"""The keys of a service whose values devpool edits."""
OVERRIDDEN = frozenset(("environment", "depends_on", "links"))
"""Those of them that devpool writes for an app into an override file."""
_COPIED = "\ufffc"  # stands for a copy, whose text a record does not hold
_NAME = regex(r"[A-Za-z0-9._-]+")
_MOST_PORTS = 65535
_PORT = regex(r"[0-9]{1,5}")
_ALIAS = regex(r"[ \t]*(\*[^\s,\[\]{}]+|\[[ \t]*\*[^\r\n\[\]{}]+\])")
_NAMED_ALIAS = regex(r"(\r\n|\n|\r)?[ \t]*[^\s:#]+:[ \t]*(\*[^\s,\[\]{}]+|\[[ \t]*\*[^\r\n\[\]{}]+\])")
_WRAP = regex(rf"\$\{{[A-Za-z_]\w*{POOLED_SUFFIX}(_SESSION)?:-")
_PRIVATE = regex(rf"(\./|(\.\./)+[\w./-]*){re.escape(PRIVATE_ENV)}/[\w.-]+\.env")
_SHIELD = regex(rf"(\r\n|\n|\r)[ \t]+(environment|env_file|depends_on|links):\s*(!override\s+)?({_COPIED}|\{{\}}|\[\])")
_LINE = regex(rf"(\r\n|\n|\r)(export[ \t]+)?[\w.\[\]-]+=['\"]?[^\r\n'\"]*{_COPIED}[^\r\n'\"]*['\"]?")
_SUFFIXES = (DIRECT_SUFFIX, POOLED_SUFFIX, SESSION_SUFFIX)
_OWN_NAME = rf"[\w.-]+(?:{'|'.join(_SUFFIXES)})\b"
_TWIN = regex(rf"[\s,-]*['\"]?{_OWN_NAME}[^\r\n]*{_COPIED}[^\r\n]*|{DIRECT_SUFFIX}")
_PUBLISHED = regex(r"127\.0\.0\.1:(\d{1,5}):")
_BUILT = regex(rf"[\r\n][ \t]+build: [\"']?[^\s\"']*({BUILD_CONTEXT}|{EXPORTER_CONTEXT})[\"']?[\r\n]")
_LABELED = regex(rf"[\r\n][ \t]+labels: \{{{re.escape(': '.join(LABEL))}\}}[\r\n]")
_OWN = regex(rf"{POOLED_SUFFIX}|{DIRECT_SUFFIX}|{re.escape(PRIVATE_ENV)}/|&{ANCHOR}|{SUFFIX}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """How what devpool writes can be told.

    Attributes:
        names: the services that it added.
        databases: what these stand before.
        address: what fits an address of a pooler, or one of its ports.
        mention: what finds such a thing in a text.
        gone: the services that it added and that are no more, by the project as it is, and the ports of such.
        fragments: the extension fields (`x-...`) that it edited.
    """

    names: frozenset[str]
    databases: frozenset[str]
    address: re.Pattern[str]
    mention: re.Pattern[str]
    gone: frozenset[str] = frozenset()
    fragments: frozenset[str] = frozenset()


def ours_of(state: State, present: Mapping[str, str] | None = None) -> Ours:
    """What devpool added, by a record.

    Args:
        state: the record.
        present: the services of the project that are built from a context of devpool's, with what the files say of
            them: a record alone makes no text an address. None for a record of devpool's own making.
    """
    added = {name for p in state.poolers for name in (p.name, p.exporter) if name}
    blocks = ["".join(p for p in e.new if isinstance(p, str)) for e in state.edits if e.at[1:] and e.at[1] in added]
    published = [port for block in blocks for port in _PUBLISHED.findall(block)]
    ports_said = [*(p.port for p in state.poolers), *published]
    gone: frozenset[str] = frozenset()
    if present is not None:
        lost = {p.port for p in state.poolers if p.name not in present and not _says(present.values(), p.port)}
        gone = frozenset((added - present.keys()) | lost)
        published = [port for port in published if _says(present.values(), port)]
        ports_said = [port for port in ports_said if port in lost or _says(present.values(), port)]
    names = "|".join(map(re.escape, sorted(added, key=len, reverse=True))) or "(?!)"
    ports = "|".join(map(re.escape, ports_said)) or "(?!)"
    # An app on the host's network keeps the host's name: only the port is the pooler's.
    host = r"[\w.-]+" if published else f"(?:{names})"
    return Ours(
        names=frozenset(added),
        databases=frozenset(p.database for p in state.poolers),
        address=re.compile(rf"{host}(?::\d{{1,5}})?|\d{{1,5}}"),
        mention=re.compile(rf"(?<![\w.])(?:{names})(?::\d{{1,5}})?(?![\w-])|(?<!\d)(?:{ports})(?!\d)|{SUFFIX}\b"),
        gone=gone,
        fragments=frozenset(e.at[0] for e in state.edits if e.at[0].startswith("x-") and e.at[0] != "x-devpool"),
    )


def _says(texts: Iterable[str], port: str) -> bool:
    """Whether one of these texts has a port in it."""
    return any(re.search(rf"(?<!\d){re.escape(port)}(?!\d)", text) for text in texts)


def foreign(state: State) -> Iterator[tuple[str, str]]:
    """What in a record devpool did not write, and why it cannot have."""
    yield from _foreign_options(state.options)
    for pooler in state.poolers:
        names = (pooler.name, *([pooler.exporter] if pooler.exporter else []))
        if not all(map(_NAME.fullmatch, names)):
            yield f"the pooler `{pooler.name}`", "that is not a service name"
        if not (_PORT.fullmatch(pooler.port) and _PORT.fullmatch(pooler.upstream)):
            yield f"the pooler `{pooler.name}`", "its port is not valid"
    for name in state.private:
        if not _PRIVATE.fullmatch(f"./{name}"):
            yield name, f"private files belong in {FOLDER}/env"
    ours = ours_of(state)
    for edit in state.edits:
        why = problem(edit, ours)
        if why:
            yield f"an edit of {'.'.join(edit.at)}", why


def _foreign_options(chosen: Options) -> Iterator[tuple[str, str]]:
    ports = [p for p in (chosen.port, chosen.publish) if p is not None]
    if not (_NAME.fullmatch(chosen.name) and all(_PORT.fullmatch(str(port)) for port in ports)):
        yield "options", "such a name or port cannot be requested"
    if chosen.image and not IMAGE.fullmatch(chosen.image):
        yield "options", "such an image cannot be requested"
    of_one_machine = chosen.publish is not None or chosen.metrics or chosen.override
    if chosen.swarm and (of_one_machine or not chosen.image):
        yield "options", "they cannot be requested together for a stack"
    if not 1 <= chosen.replicas <= MOST_REPLICAS:
        yield "options", "so many replicas cannot be requested"


def foreign_settings(state: State, types: str) -> Iterator[tuple[str, str]]:
    """What the options of a record hold that the command line refuses, and why.

    Args:
        state: the record.
        types: the text of settings.txt.
    """
    chosen, known = state.options, read_types(types)
    for settings in (chosen.settings, *chosen.settings_of.values()):
        for key, value in settings.items():
            shown = f"the setting `{key}`" if key in known or key == PRESET else "a setting"
            if key == PRESET:
                if value not in PRESETS:
                    yield shown, "there is no such preset"
                continue
            try:
                add({}, key, value, known)
            except DevpoolError as error:
                yield shown, error.message
    if chosen.publish is not None and not 1 <= chosen.publish <= _MOST_PORTS:
        yield "options", "such a port cannot be published"


def problem(edit: Edit, ours: Ours) -> str:
    """Why an edit is none of devpool's; "" where it may be one.

    Args:
        edit: the edit; its path does not count.
        ours: how devpool's own texts can be told.
    """
    if not is_place(edit):
        return "devpool changes nothing there"
    written = "".join(p if isinstance(p, str) else _COPIED for p in edit.new)
    if edit.at[0] == "services" and len(edit.at) == 2:
        known = _is_block(edit, written, ours) or _is_of_override(edit, written, ours)
        return "" if known else "that is not a pooler service"
    if edit.old is None:
        return "" if _is_around(edit) else "devpool never wraps a value in such text"
    if edit.at[2:3] == ("links",) and _is_link(edit, written, ours):
        return ""
    if edit.old == "":
        return "" if _is_added(edit, written, ours) else "the text that it removes names nothing of devpool's"
    if _is_alias(edit):
        return "" if _COPIED in written or _names_ours(written, ours) else "the text that it removes names no pooler"
    return _of_address(edit, written, ours)


def is_place(edit: Edit) -> bool:
    """Whether an edit is where devpool edits at all: `services`, an extension field, or an env file."""
    first = edit.at[0]
    if first == "services":
        return edit.inserts if len(edit.at) == 2 else len(edit.at) > 2 and edit.at[2] in KEYS
    return len(edit.at) == 1 or first.startswith("x-")


def _is_block(edit: Edit, written: str, ours: Ours) -> bool:
    name = edit.at[1]
    head = re.match(r"[\r\n]+[ \t]+(?P<name>[\w.-]+):[ \t]*[\r\n]", written)
    sign = _BUILT.search(written) or _LABELED.search(written)
    return edit.old == "" and name in ours.names and head is not None and head["name"] == name and sign is not None


def _is_of_override(edit: Edit, written: str, ours: Ours) -> bool:
    """What an override file says of an app: some of its keys, which name a pooler."""
    try:
        root = parse(edit.path, f"services:{written}\n".encode()).root
    except DevpoolError:
        return False
    services = nodes.lookup(root, "services")
    body = nodes.lookup(root, *edit.at)
    alone = isinstance(services, nodes.MappingNode) and len(services.entries) == 1
    keys = {e.key.value for e in body.entries} if isinstance(body, nodes.MappingNode) else set()
    return edit.old == "" and alone and bool(keys) and keys <= OVERRIDDEN and ours.mention.search(written) is not None


def _is_around(edit: Edit) -> bool:
    before, *middle, after = edit.new if len(edit.new) == 3 else ("", None, "")
    if middle != [Copy(edit.start, edit.end)] or not isinstance(before, str) or not isinstance(after, str):
        return False
    # A private file is optional for Compose; lists that an older devpool wrote do not say so.
    item = after.removeprefix(", ").removesuffix("]").removeprefix("{path: ").removesuffix(", required: false}")
    file = item.strip("\"'")
    return bool(_WRAP.fullmatch(before) and after == "}") or bool(before == "[" and _PRIVATE.fullmatch(file))


def is_past(link: str, ours: Ours) -> bool:
    """Whether a link is the one by which an app that is pooled by name has the database itself."""
    name, _, alias = link.partition(":")
    return name in ours.databases and re.fullmatch(rf"{re.escape(name)}(-direct)+", alias) is not None


def leads_by_name(link: str, ours: Ours) -> bool:
    """Whether a link gives a pooler a name of its database."""
    name, _, alias = link.partition(":")
    return name in ours.names and bool(alias)


def _is_link(edit: Edit, written: str, ours: Ours) -> bool:
    """A link of an app that is pooled by name: added to a list, or in place of one that named the database."""
    link = written.strip("\r\n\t ,-\"'")
    if edit.old == "":
        return edit.inserts and (is_past(link, ours) or leads_by_name(link, ours))
    name = (edit.old or "").partition(":")[0]
    return leads_by_name(written, ours) and name in ours.databases


def _is_awaited(edit: Edit, written: str, ours: Ours) -> bool:
    """A dependency on the database itself, which an app that is pooled by name states beside the pooler's."""
    name = re.match(r"[\r\n\t ,-]*[\"']?([\w.-]+)", written)
    return edit.inserts and edit.at[2:3] == ("depends_on",) and name is not None and name[1] in ours.databases


def _is_added(edit: Edit, written: str, ours: Ours) -> bool:
    if len(edit.at) == 1 and edit.inserts and not written.startswith(("\n ", "\r\n ")):
        return edit.at[0].endswith(_SUFFIXES) and _LINE.fullmatch(written) is not None
    named = edit.inserts and edit.at[-1].endswith(_SUFFIXES) and _TWIN.fullmatch(written) is not None
    shield = _SHIELD.fullmatch(written) is not None
    return named or shield or _names_ours(written, ours) or _is_awaited(edit, written, ours)


def _names_ours(written: str, ours: Ours) -> bool:
    return bool(ours.mention.search(written) or _OWN.search(written))


def _is_alias(edit: Edit) -> bool:
    old = edit.old or ""
    if edit.inserts:
        return old[:1] in "\r\n" and _NAMED_ALIAS.fullmatch(old) is not None
    return bool(_ALIAS.fullmatch(old) or (old[:1] not in "\r\n" and _NAMED_ALIAS.fullmatch(old)))


def _of_address(edit: Edit, written: str, ours: Ours) -> str:
    if edit.inserts or not ours.address.fullmatch(written):
        return "the text that it removes is not the address of a pooler"
    return "" if WRITTEN.fullmatch(edit.old or "") else "the text that it restores is not an address"
