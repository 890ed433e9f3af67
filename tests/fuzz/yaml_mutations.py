"""Damage that knows how YAML is written: wrong kinds of nodes, keys, anchors, merges, loops, depth."""

from __future__ import annotations

import re
from random import Random

from fuzz.bytes_mutations import Mutation

_KEY = re.compile(rb"^([ ]*(?:- )?)([\w.$'\"-]+):(?=[ \t\r\n]|$)[^\n]*\n?", re.M)
_VALUES = (
    *(b"5", b"-1", b"1.5", b"true", b"null", b"~", b"", b"''", b"text", b"2020-01-01", b"1:30", b"0x10", b"9" * 5000),
    *(b"[]", b"{}", b"[a, b]", b"{a: b}", b"[[a]]", b"[{a: b}]", b"{a: {b: c}}", b"{a: [b]}", b"[~]", b"{a: }"),
    *(b"[a, [b", b"{? a}", b"{? [a] : b}", b"{5: a}", b"{null: a}", b"{true: a}", b"{'': a}", b"{a: b, a: c}"),
    *(b"{<<: a}", b"['']", b"&self [*self]", b"&self {a: *self}", b"*self", b"&a", b"&a &b c", b"!!binary x"),
    *(b"!!set {a}", b"!a {b: c}", b"!reset", b"!reset []", b"!override {a: b}", b"!!int text", b"!<tag:x> a"),
    *(b"!!python/object:os.system a", b"|\n  text", b">+\n text", b"|9\n x", b'"\\0"', b'"\\ud800"', b'"\\x1b[31m"'),
    *(b'"\\r\\n"', b'"\xf0\x9f\x90\x98"', b"${A}", b"${", b"${A:?}", b"$", b"${A:-${B:-", b"${A${B}}"),
    *(b"{a: ${A:-b}}", b"'${A:-'", b"\xe2\x80\xa8", b"`a", b"./compose.yml", b"/dev/zero", b"/dev/stdin", b"/"),
    *(b"..", b"~nobody-of-that-name", b'"a\\0b"', b"a/" * 3000, b"[{path: .}]", b"{path: {path: a}}", b"[{path: ~}]"),
    *(b"[{path: a, required: {}}]", b"{file: ., service: db}", b"postgres://a:b@db:99999999999999999999/c"),
    *(b"postgres://a:b@db:\xd9\xa5/c", b"db:" + b"5" * 5000, b"db"),
)
_NEW_KEYS = (
    *(b"5", b"null", b"~", b"true", b"1.5", b"''", b"<<", b"? a\n", b"[a]", b"{a: b}", b"*a", b"&k a", b"!!int a"),
    *(b'"\\0"', b"'a b'", b"a.b", b"${A}", b"services", b"environment", b"env_file", b"extends", b"include", b"x-a"),
    *(b"'../a'", b"pgbouncer", b"depends_on", b"networks", b"links", b'"a\\nb"', b"secrets", b"POSTGRES_PASSWORD"),
    *(b"PGHOST", b"PGPORT", b"__proto__"),
)
_TOP = (
    b"include: [compose.yml]",
    b"include: compose.yml",
    b"include:\n  - path: [compose.yml, compose.yml]\n    project_directory: ..",
    b"include: [{path: /dev/zero}]",
    b"include: [{path: .}, ~, 5, [a], {}]",
    b'include: ["a\\0b"]',
    b"include: [missing.yml]",
    b"include: {path: {path: a}}",
    b"x-self: &self\n  a: *self",
    b"x-merge: {<<: [5, [a], ~]}",
    b"name: [a]",
    b"networks: [a, b]",
    b"secrets: 5",
    b"services: []",
    b"services:\n  extra: &e {extends: extra}",
    b"services:\n  a: {extends: b}\n  b: {extends: a}",
    b"services:\n  a: {extends: {file: compose.yml, service: b}}\n  b: {extends: {file: ./compose.yml, service: a}}",
)
_IN_SERVICE = (
    *(b"extends: db", b"extends: web", b"extends: {service: [a]}", b"extends: {file: compose.yml, service: web}"),
    *(b"extends: {file: /dev/zero, service: a}", b"extends: {file: '', service: ''}", b"extends: [a]"),
    *(b"extends: {file: 5}", b"<<: 5", b"<<: [a, 5]", b"<<: *a", b"<<: {<<: {<<: a}}", b"<<: [[[{image: a}]]]"),
    *(b"<<: ~", b"<<: {environment: 5}", b"env_file: .", b"env_file: [[a]]", b"env_file: {path: {a: b}}"),
    *(b"env_file: /dev/zero", b'env_file: "\\0"', b"env_file: 5", b"environment: 5"),
    *(b"environment: [5, [a], {a: b}, ~]", b"environment: {PGHOST: [db]}", b"environment: [=, A, =b]"),
    *(b"depends_on: 5", b"depends_on: {db: 5}", b"depends_on: [[db]]", b"networks: {a: [b]}"),
    *(b"links: [5, ':', 'db:', ~]", b"profiles: 5", b"network_mode: service:web", b"container_name: '['"),
    *(b"hostname: db", b"secrets: [{source: 5}]", b"ports: {5432: a}", b"command: [[a], {b: c}]"),
    *(b"volumes: [{type: [a]}]", b"image: {a: b}", b"build: [a]", b"restart: []"),
    *(b"environment: {PGHOST: db, PGPORT: '5\xef\xbc\x95'}",),
    *(b"environment: {PGHOST: db, PGPORT: " + b"5" * 5000 + b"}", b"environment: {PGHOST: db, PGPORT: '\xc2\xb2'}"),
    *(b"environment: {PGHOST: db, PGPORT: '0'}",),
)


def other_kind(random: Random, data: bytes) -> bytes:
    """Give a key, with all that stood below it, a value of another kind."""
    found = _pick(random, data)
    if not found:
        return data + random.choice(_TOP) + b"\n"
    return data[: found.end(2)] + b": " + random.choice(_VALUES) + b"\n" + data[_block_end(data, found) :]


def other_key(random: Random, data: bytes) -> bytes:
    found = _pick(random, data)
    return data[: found.start(2)] + random.choice(_NEW_KEYS) + data[found.end(2) :] if found else data


def same_key_twice(random: Random, data: bytes) -> bytes:
    found = _pick(random, data)
    if not found:
        return data * 2
    end = _block_end(data, found)
    return data[:end] + data[found.start() : end] * random.choice((1, 1, 3)) + data[end:]


def block_elsewhere(random: Random, data: bytes) -> bytes:
    """Copy a key with its block below another key, at its own indentation."""
    what, where = _pick(random, data), _pick(random, data)
    if not what or not where:
        return data
    return data[: where.end()] + data[what.start() : _block_end(data, what)] + data[where.end() :]


def top_level(random: Random, data: bytes) -> bytes:
    return random.choice(_TOP) + b"\n" + data if random.random() < 0.5 else data + b"\n" + random.choice(_TOP) + b"\n"


def service_field(random: Random, data: bytes) -> bytes:
    """Add a line beside a key, at its indentation."""
    found = _pick(random, data)
    if not found:
        return data + b"\n" + random.choice(_TOP)
    return data[: found.start()] + b" " * len(found[1]) + random.choice(_IN_SERVICE) + b"\n" + data[found.start() :]


def laughs(random: Random, data: bytes) -> bytes:
    """Each level refers to the one before many times: as lists, as maps, or merged; and a key that has it as value."""
    form = random.choice((b"[%s]", b"{%s}", b"{<<: [%s]}"))
    depth, width = random.choice(((3, 3), (9, 9), (30, 2), (60, 2)))
    text = b"x-0: &l0 {a: b}\n"
    for n in range(depth):
        items = [b"*l%d" % n if form != b"{%s}" else b"k%d: *l%d" % (i, n) for i in range(width)]
        text += b"x-%d: &l%d " % (n + 1, n + 1) + form % b", ".join(items) + b"\n"
    found = _pick(random, data)
    value = b": " + random.choice((b"", b"\n  <<: ")) + b"*l%d\n" % depth
    rest = data[: found.end(2)] + value + data[_block_end(data, found) :] if found else data
    return text + rest


def deep(random: Random, data: bytes) -> bytes:
    depth = random.choice((10, 79, 81, 200, 3000))
    brackets = ((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""), (b"? ", b""), (b"${A:-", b"}"), (b"a: &b ", b""))
    opening, closing = random.choice(brackets)
    found = _pick(random, data)
    value = opening * depth + b"x" + closing * random.choice((depth, depth, depth - 1))
    return data[: found.end(2)] + b": " + value + b"\n" + data[_block_end(data, found) :] if found else value


def long_chain(random: Random, data: bytes) -> bytes:
    """Services that extend each other, or anchors that merge each other, in a long chain."""
    count = random.choice((10, 90, 400))
    link, last = random.choice(
        (
            (b"  c%d: {extends: c%d}\n", b"  c%d: {image: a}\n"),
            (b"  c%d: &c%d {<<: *c%d}\n", b""),
            (b"  c%d: {depends_on: [c%d]}\n", b"  c%d: {image: a}\n"),
        )
    )
    if not last:
        chain = b"  c0: &c0 {image: a}\n" + b"".join(link % (n, n, n - 1) for n in range(1, count))
    else:
        chain = b"".join(link % (n, n + 1) for n in range(count)) + last % count
    return data.replace(b"services:\n", b"services:\n" + chain, 1)


def _pick(random: Random, data: bytes) -> re.Match[bytes] | None:
    found = list(_KEY.finditer(data))
    return random.choice(found) if found else None


def _block_end(data: bytes, found: re.Match[bytes]) -> int:
    """Where the lines end that are indented deeper than a key."""
    deeper = re.compile(rb"(?:[ ]{%d}[^\n]*\n?|[ \t]*\r?\n)*" % (len(found[1]) + 1))
    match = deeper.match(data, found.end())
    return match.end() if match else found.end()


YAML: tuple[Mutation, ...] = (
    *(other_kind, other_kind, other_kind, other_key, other_key, same_key_twice, block_elsewhere, top_level),
    *(service_field, service_field, service_field, laughs, deep, long_chain),
)
