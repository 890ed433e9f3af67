"""Compose projects as hypothesis makes them up: many ways to write the same few things."""

from __future__ import annotations

import os
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

NAMING = "migrate_alias"  # a service that uses aliases, and so stands below their anchors
EXPLORE = int(os.environ.get("DEVPOOL_EXPLORE", "0"))
AT_LENGTH = bool(os.environ.get("DEVPOOL_AT_LENGTH"))  # tests/conftest.py sets it in the slow run

BOM = b"\xef\xbb\xbf"
_WORD = st.text("abcxyzABC019_éß𝒳🐘", min_size=1, max_size=8)
_COMMENTS = st.sampled_from(["", "", "", " # db", " # postgres://x:y@db:5432/z", "\t# é🐘", "  ", "\t"])
_LINES = st.sampled_from(["", "", "", "# of nobody", "# db: pgbouncer", "#", "  ", "#   - db"])
_QUOTES = st.sampled_from(["", "'", '"'])


def examples(*, fast: int, slow: int) -> settings:
    """The same examples in every run, fewer in the fast one; with DEVPOOL_EXPLORE=N, N times as many that no run has
    seen before.
    """
    number = slow if AT_LENGTH or EXPLORE else fast
    return settings(
        max_examples=number * (EXPLORE or 1),
        deadline=None,
        derandomize=not EXPLORE,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


@dataclass(frozen=True)
class Generated:
    """A project: its files by name, and the port of the host that its pooler is published on."""

    files: dict[str, bytes]
    publish: int | None = None


@dataclass(frozen=True)
class Style:
    """How a file is written."""

    newline: str
    bom: bool
    ends: bool
    step: str
    dash: str
    blank: bool


STYLES = st.builds(
    Style,
    newline=st.sampled_from(["\n", "\n", "\r\n"]),
    bom=st.booleans(),
    ends=st.booleans(),
    step=st.sampled_from(["  ", "  ", "    ", " ", "   "]),
    dash=st.sampled_from(["step", "", "wide"]),
    blank=st.booleans(),
)


@st.composite
def entries(
    draw: st.DrawFn, style: Style, values: dict[str, str], *, anchor: str = "", blocks: bool = True
) -> list[str]:
    """`environment:` with these variables, as a map, a list, or in flow style; relative to the service's fields."""
    form = "map" if anchor else draw(st.sampled_from(["map", "map", "list", "flow map", "flow list"]))
    if form == "flow map":
        return ["environment: {" + ", ".join(f"{n}: {_single(v)}" for n, v in values.items()) + "}" + draw(_COMMENTS)]
    if form == "flow list":
        return ["environment: [" + ", ".join(_single(f"{n}={v}") for n, v in values.items()) + "]" + draw(_COMMENTS)]
    lines = ["environment:" + anchor + draw(_COMMENTS)]
    for name, value in values.items():
        odd = "{" in value or "\n" in value
        if form == "list":
            quote = "'" if odd else draw(_QUOTES)
            lines.append(_lead(style) + f"{quote}{name}={value}{quote}" + draw(_COMMENTS))
        elif odd and blocks and draw(st.booleans()):
            block = draw(st.sampled_from(["|", "|-", ">-", ">"]))
            lines += [f"{style.step}{name}: {block}", *(2 * style.step + line for line in value.split("\n"))]
        else:
            quote = "'" if odd else draw(_QUOTES)
            lines.append(style.step + f"{name}: {quote}{value}{quote}" + draw(_COMMENTS))
    return lines


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _lead(style: Style) -> str:
    return {"step": style.step + "- ", "": "- ", "wide": style.step + "-   "}[style.dash]


@st.composite
def dependencies(draw: st.DrawFn, style: Style, names: list[str]) -> list[str]:
    """`depends_on:` with these services in any form."""
    form = draw(st.sampled_from(["none", "list", "flow", "map", "flow map"]))
    if form == "none" or not names:
        return []
    if form == "flow":
        return [f"depends_on: [{', '.join(names)}]" + draw(_COMMENTS)]
    if form == "flow map":
        return ["depends_on: {" + ", ".join(f"{n}: {{condition: service_started}}" for n in names) + "}"]
    if form == "list":
        return ["depends_on:", *(_lead(style) + n + draw(_COMMENTS) for n in names)]
    found = ["depends_on:"]
    for name in names:
        found += [style.step + name + ":" + draw(_COMMENTS), 2 * style.step + "condition: service_started"]
    return found


@st.composite
def settings_of(draw: st.DrawFn, password: str, database: str = "db") -> dict[str, str]:
    """The variables of an app: its settings in one form, and others around them."""
    port = draw(st.sampled_from(["", ":5432"]))
    url = f"postgres://app:{password}@{database}{port}/app"
    forms = {
        "url": {"DATABASE_URL": url},
        "driver": {"DB_URI": f"postgresql+asyncpg://app:{password}@{database}{port}/app?a={database}"},
        "jdbc": {"JDBC_URL": f"jdbc:postgresql://{database}{port}/app"},
        "hosts": {"PGHOST": database, "PGPORT": "5432"},
        "host": {"DB_HOST": database},
        "dsn": {"DSN": f"host={database} user=app password={password}"},
        "json": {"CONFIG": f'{{"name": "{database}", "url": "{url}"}}'},
        "two": {
            "A_URL": f"postgres://app:{password}@{database}/app",
            "B_URL": f"postgres://app:{password}@{database}:5432/other",
        },
    }
    mine = draw(st.sampled_from(sorted(forms)))
    before = {f"A{n}": draw(_WORD) for n in range(draw(st.integers(0, 2)))}
    after = {f"Z{n}": draw(_WORD) for n in range(draw(st.integers(0, 2)))}
    return {**before, **forms[mine], **after}


@st.composite
def env_files(draw: st.DrawFn, style: Style, values: dict[str, str]) -> bytes:
    """An env file with these variables."""
    lines = draw(st.sampled_from([[], ["# é top"], ["", "OTHER=1"]]))
    for name, value in values.items():
        quote = "'" if "{" in value else draw(_QUOTES)
        lines = [*lines, f"{name}={quote}{value}{quote}", *draw(st.sampled_from([[], [""], ["# db"]]))]
    text = style.newline.join(lines) + (style.newline if style.ends else "")
    return (BOM if style.bom else b"") + text.encode()


@st.composite
def databases(draw: st.DrawFn, style: Style, name: str, password: str) -> list[str]:
    """A database's fields; `db` is reached at port 15432 of the host."""
    values = {"POSTGRES_PASSWORD": password}
    ports = ["ports:", _lead(style) + '"15432:5432"'] if name == "db" else []
    parts = [["image: postgres:17" + draw(_COMMENTS)], draw(entries(style, values)), ports]
    return [line for part in draw(st.permutations(parts)) for line in part]


@st.composite
def apps_of_their_own(draw: st.DrawFn, style: Style, password: str, stores: list[str]) -> dict[str, list[str]]:
    """One or two apps, each with all its text for itself, that reach one of the databases, and often a migrator that
    names the variables of the first by an alias.
    """
    found: dict[str, list[str]] = {}
    named = draw(st.booleans())
    for name in ["web", "worker"][: draw(st.integers(1, 2))]:
        store = draw(st.sampled_from(stores))
        waits = draw(st.permutations([store, "cache"])) if draw(st.booleans()) else [store]
        anchor = " &own" if named and name == "web" else ""
        variables = draw(entries(style, draw(settings_of(password, store)), anchor=anchor, blocks=not anchor))
        parts = [["image: app"], variables, draw(dependencies(style, list(waits)))]
        found[name] = [line for part in draw(st.permutations(parts)) for line in part]
    if named:
        merged = ["environment:", style.step + "<<: *own", style.step + f"OWN: {draw(_WORD)}"]
        aliases = draw(st.sampled_from([["environment: *own"], merged]))
        found[NAMING] = [*draw(st.permutations(["image: jobs", "command: migrate"])), *aliases]
    return found


@st.composite
def apps_that_share(
    draw: st.DrawFn, style: Style, password: str
) -> tuple[list[str], dict[str, list[str]], dict[str, bytes]]:
    """The lines of an `x-app`, the services that merge it (often a migrator, which stays direct), and env files."""
    variables = draw(settings_of(password))
    files: dict[str, bytes] = {}
    anchored = False
    if draw(st.booleans()):
        files["app.env"] = draw(env_files(style, variables))
        loads = draw(st.sampled_from([["env_file: app.env"], ["env_file:", _lead(style) + "app.env"]]))
        given = [*loads, *(draw(entries(style, {"X": draw(_WORD)})) if draw(st.booleans()) else [])]
    else:
        anchored = draw(st.booleans())
        # A block scalar that a direct service shares is refused.
        given = draw(entries(style, variables, anchor=" &env" if anchored else "", blocks=False))
    parts = [["image: app"], given, draw(dependencies(style, ["db", "cache"]))]
    common = [line for part in draw(st.permutations(parts)) for line in part]
    services = {
        "web": ["<<: *app"],
        "worker": ["command: work", "<<: *app"],
        "migrate": ["<<: *app", "command: migrate"],
    }
    for name in draw(st.sampled_from([(), ("migrate",), ("worker",)])):
        del services[name]
    if anchored and draw(st.booleans()):
        services["web"] += ["environment:", style.step + "<<: *env", style.step + f"OWN: {draw(_WORD)}"]
    lines = ["x-app: &app" + draw(_COMMENTS), *(style.step + line for line in common)]
    return lines, services, files


@st.composite
def further_apps(draw: st.DrawFn, style: Style, password: str) -> dict[str, list[str]]:
    """Apps of other kinds, each there or not: a URL in a command, on the host's network, of an external database."""
    url = f"postgres://app:{password}@db:5432/app"
    commands = [
        [f'command: ["serve", "--db", "{url}"]'],
        ["command: >-", style.step + "serve", style.step + f"--db={url}"],
        ["command:", _lead(style) + "serve", _lead(style) + f"--db={url}"],
    ]
    kinds = {
        "commanded": [["image: app"], draw(st.sampled_from(commands)), draw(dependencies(style, ["db"]))],
        "hosted": [
            ["image: app", "network_mode: host"],
            draw(entries(style, {"CARGO_URL": f"postgres://app:{password}@localhost:15432/app"})),
        ],
        "lister": [
            ["image: app"],
            draw(entries(style, {"WAREHOUSE_URL": f"postgres://w:{password}@warehouse.corp.net:5432/stock"})),
        ],
    }
    chosen = draw(st.lists(st.sampled_from(sorted(kinds)), unique=True, max_size=2))
    return {name: [line for part in draw(st.permutations(kinds[name])) for line in part] for name in chosen}


@st.composite
def projects(draw: st.DrawFn) -> Generated:
    """A project with one or two databases, apps of many kinds, and bystanders, in any order."""
    style = draw(STYLES)
    password = draw(_WORD)
    stores = ["db", "vault"][: draw(st.sampled_from([1, 1, 2]))]
    fields = {name: draw(databases(style, name, password)) for name in stores}
    files: dict[str, bytes] = {}
    if draw(st.booleans()):
        top, services, files = draw(apps_that_share(style, password))
        fields |= services
    else:
        top = draw(st.sampled_from([[], ["version: '3'"], ["x-a: &a", style.step + "b: c"]]))
        fields |= draw(apps_of_their_own(style, password, stores))
    if draw(st.booleans()):
        fields |= draw(further_apps(style, password))
    fields["cache"] = ["image: redis", *draw(entries(style, {"URL": "redis://cache:6379", "X": draw(_WORD)}))]
    lines = [*draw(st.sampled_from([[], ["# é top"], ["---"]])), *top, "services:" + draw(_COMMENTS)]
    names = [*draw(st.permutations(sorted(fields.keys() - {NAMING}))), *({NAMING} & fields.keys())]
    for number, name in enumerate(names):
        lines += [""] if style.blank and number else []
        lines += [style.step + name + ":"] + [2 * style.step + line for line in fields[name]]
        comment = draw(_LINES)
        lines += [draw(st.sampled_from(["", style.step, 2 * style.step])) + comment] if comment else []
    lines += draw(st.sampled_from([[], ["volumes:", style.step + "data:"], ["", "", "# the end"]]))
    text = style.newline.join(lines) + (style.newline if style.ends else "")
    files["compose.yml"] = (BOM if style.bom else b"") + text.encode()
    return Generated(files, draw(st.sampled_from([None, 7000])))
