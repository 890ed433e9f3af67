"""Damage that knows nothing of what a file means: bytes, lines, encodings."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Mutation = Callable[[Random, bytes], bytes]

_ODD_BYTES = (
    *(bytes([n]) for n in range(32)),
    *(b"\x7f", b"\x80", b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x90\x98"),
    *(b"\xef\xbb\xbf", b"\xef\xbf\xbe", b"\xc2\x85", b"\xe2\x80\xa8", b"\xc2\xa0", b"\xe2\x80\xae", b"\x1b[31m"),
)
_ODD_TEXTS = (
    *(b"'", b'"', b"`", b"[", b"]", b"{", b"}", b"${", b"${A", b"${A:-", b"$", b"$$", b"${}", b"${A:?b}", b"$A"),
    *(b"%s", b"&", b"*", b"&a ", b"*a", b"!", b"!!", b"!a ", b"!!int ", b"!reset ", b"!override ", b"!!binary "),
    *(b"%YAML 9.9\n", b":", b": ", b"::", b",", b"#", b" #", b"?", b"? ", b"-", b"- ", b"|", b">", b"|9\n", b"<<: "),
    *(b"<<", b"=", b"@", b"---\n", b"...\n", b"\r", b"\n", b"\r\n", b"\t", b"\\", b"\\u", b"\\x00", b"\\ud800", b"~"),
    *(b"null", b"..", b"/"),
)


def truncate(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def behead(random: Random, data: bytes) -> bytes:
    return data[random.randrange(len(data) + 1) :]


def flip_bits(random: Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8)) if found else 0):
        found[random.randrange(len(found))] ^= 1 << random.randrange(8)
    return bytes(found)


def random_bytes(random: Random, data: bytes) -> bytes:
    start, end = _span(random, data)
    return data[:start] + random.randbytes(random.choice((1, 4, 64))) + data[end:]


def insert_byte(random: Random, data: bytes) -> bytes:
    return _insert(random, data, random.choice(_ODD_BYTES))


def insert_text(random: Random, data: bytes) -> bytes:
    return _insert(random, data, random.choice(_ODD_TEXTS))


def insert_text_at_a_value(random: Random, data: bytes) -> bytes:
    """Right behind a `:`, a `-` or a `=`, where it has the most effect."""
    places = [n + 1 for n, byte in enumerate(data) if byte in b":-= "] or [0]
    place = random.choice(places)
    return data[:place] + random.choice((b"", b" ")) + random.choice(_ODD_TEXTS) + data[place:]


def delete_span(random: Random, data: bytes) -> bytes:
    start, end = _span(random, data)
    return data[:start] + data[end:]


def duplicate_span(random: Random, data: bytes) -> bytes:
    start, end = _span(random, data)
    return data[:end] + data[start:end] * random.choice((1, 1, 2, 50)) + data[end:]


def move_span(random: Random, data: bytes) -> bytes:
    start, end = _span(random, data)
    return _insert(random, data[:start] + data[end:], data[start:end])


def delete_line(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if lines:
        del lines[random.randrange(len(lines))]
    return b"".join(lines)


def duplicate_line(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
    return b"".join(lines)


def swap_lines(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def indent_line(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    place = random.randrange(len(lines))
    lines[place] = random.choice((b" ", b"  ", b"\t", b" " * 40, b" " * 20_000, b"\xc2\xa0")) + lines[place]
    return b"".join(lines)


def dedent_line(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    place = random.randrange(len(lines))
    lines[place] = lines[place][random.randint(1, 4) :]
    return b"".join(lines)


def other_newlines(random: Random, data: bytes) -> bytes:
    new = random.choice((b"\r", b"\r\n", b"\n\r", b"\xc2\x85", b"\xe2\x80\xa8", b"\n\n"))
    return data.replace(b"\n", new, random.choice((-1, 1, 3)))


def tabs_for_spaces(random: Random, data: bytes) -> bytes:
    return data.replace(b"  ", b"\t", random.choice((-1, 1, 5)))


def other_encoding(random: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(random.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "utf-8-sig", "cp500")), "replace")


def very_long_line(random: Random, data: bytes) -> bytes:
    if random.random() < 0.1:
        return _insert(random, data, b" " * 5_000)  # python-dotenv takes quadratic time for blanks
    return _insert(random, data, random.choice((b"x", b"$", b"${", b"'", b"[", b"{a: ", b"a: ", b"\\", b"=")) * 30_000)


def empty(random: Random, data: bytes) -> bytes:
    return random.choice((b"", b"\n", b"\xef\xbb\xbf", b"---", b"# nothing\n", b"\0" * 64, b"[]", b"services:", b"5"))


def _insert(random: Random, data: bytes, new: bytes) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + new + data[place:]


def _span(random: Random, data: bytes) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 2, 5, 20, 100)))


BYTES: tuple[Mutation, ...] = (
    *(truncate, truncate, truncate, behead, flip_bits, flip_bits, random_bytes, insert_byte, insert_byte),
    *(insert_text, insert_text, insert_text_at_a_value, insert_text_at_a_value, delete_span, duplicate_span),
    *(move_span, delete_line, delete_line, duplicate_line, swap_lines, indent_line, dedent_line, other_newlines),
    *(tabs_for_spaces, other_encoding, very_long_line, empty),
)
