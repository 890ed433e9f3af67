"""Compose files as hypothesis makes them up: many ways to write the same few things."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

BOM = b"\xef\xbb\xbf"
_WORD = st.text("abcxyzABC019_éß𝒳🐘", min_size=1, max_size=8)
_COMMENTS = st.sampled_from(["", "", "", " # db", " # postgres://x:y@db:5432/z", "\t# é🐘", "  ", "\t"])
_LINES = st.sampled_from(["", "", "", "# of nobody", "# db: pgbouncer", "#", "  ", "#   - db"])
_QUOTES = st.sampled_from(["", "'", '"'])


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
def entries(draw: st.DrawFn, style: Style, values: dict[str, str]) -> list[str]:
    """`environment:` with these variables, as a map, a list, or in flow style; relative to the service's fields."""
    form = draw(st.sampled_from(["map", "map", "list", "flow map", "flow list"]))
    quotes = {name: draw(_QUOTES) for name in values}
    if form == "flow map":
        return ["environment: {" + ", ".join(f'{n}: "{v}"' for n, v in values.items()) + "}" + draw(_COMMENTS)]
    if form == "flow list":
        return ["environment: [" + ", ".join(f"'{n}={v}'" for n, v in values.items()) + "]" + draw(_COMMENTS)]
    lines = ["environment:" + draw(_COMMENTS)]
    for name, value in values.items():
        quote = quotes[name]
        lead = style.step if form == "map" else _lead(style)
        text = f"{name}: {quote}{value}{quote}" if form == "map" else f"{quote}{name}={value}{quote}"
        lines.append(lead + text + draw(_COMMENTS))
    return lines


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
def settings_of(draw: st.DrawFn, password: str) -> dict[str, str]:
    """The variables of an app: its settings in one form, and others around them."""
    port = draw(st.sampled_from(["", ":5432"]))
    forms = {
        "url": {"DATABASE_URL": f"postgres://app:{password}@db{port}/app"},
        "driver": {"DB_URI": f"postgresql+asyncpg://app:{password}@db{port}/app?a=db"},
        "jdbc": {"JDBC_URL": f"jdbc:postgresql://db{port}/app"},
        "hosts": {"PGHOST": "db", "PGPORT": "5432"},
        "host": {"DB_HOST": "db"},
        "dsn": {"DSN": f"host=db user=app password={password}"},
        "two": {"A_URL": f"postgres://app:{password}@db/app", "B_URL": f"postgres://app:{password}@db:5432/other"},
    }
    mine = draw(st.sampled_from(sorted(forms)))
    before = {f"A{n}": draw(_WORD) for n in range(draw(st.integers(0, 2)))}
    after = {f"Z{n}": draw(_WORD) for n in range(draw(st.integers(0, 2)))}
    return {**before, **forms[mine], **after}


@st.composite
def compose_files(draw: st.DrawFn) -> bytes:
    """A project with a database, one or two apps, and bystanders, in any order."""
    style = draw(STYLES)
    password = draw(_WORD)
    apps = ["web", "worker"][: draw(st.integers(1, 2))]
    fields: dict[str, list[str]] = {
        "db": ["image: postgres:17" + draw(_COMMENTS), *draw(entries(style, {"POSTGRES_PASSWORD": password}))]
    }
    for app in apps:
        waits = draw(st.permutations(["db", "cache"])) if draw(st.booleans()) else ["db"]
        variables = draw(entries(style, draw(settings_of(password))))
        parts = [["image: app"], variables, draw(dependencies(style, list(waits)))]
        fields[app] = [line for part in draw(st.permutations(parts)) for line in part]
    fields["cache"] = ["image: redis", *draw(entries(style, {"URL": "redis://cache:6379", "X": draw(_WORD)}))]
    lines = draw(st.sampled_from([[], ["# é top"], ["---"], ["version: '3'"], ["x-a: &a", style.step + "b: c"]]))
    lines = [*lines, "services:" + draw(_COMMENTS)]
    for number, name in enumerate(draw(st.permutations(sorted(fields)))):
        lines += [""] if style.blank and number else []
        lines += [style.step + name + ":"] + [2 * style.step + line for line in fields[name]]
        comment = draw(_LINES)
        lines += [draw(st.sampled_from(["", style.step, 2 * style.step])) + comment] if comment else []
    lines += draw(st.sampled_from([[], ["volumes:", style.step + "data:"], ["", "", "# the end"]]))
    text = style.newline.join(lines) + (style.newline if style.ends else "")
    return (BOM if style.bom else b"") + text.encode()
