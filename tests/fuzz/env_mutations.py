"""Damage that knows how an env file is written."""

from __future__ import annotations

from random import Random

from fuzz.bytes_mutations import Mutation

_LINES = (
    *(b"A", b"=", b"=b", b"A=", b"export", b"export A", b"export =b", b"A==b", b"A: b", b"A = b", b"5=b", b"A B=c"),
    *(b"A='b", b'A="b', b'A="b\nc"', b"A='b\\'c'", b'A="b" c', b"A='b'#c", b"A=b #c", b"A=#c", b"A=`b`", b"A.b[c]=d"),
    *(b"A=${A}", b"A=$A$A", b"A=${A:-${A}}", b"A=${", b"A=${A", b"A=${A:-", b"A=${A:?no}", b"A=${B:?}", b"A=$"),
    *(b"A=${5}", b"A=\\", b'A="\\', b"A=\\$A", b'A="\\u0000"', b"A=\0", b"\0=A", b"A\0B=c", "é=ü".encode(), b"A=\r"),
    *(b"\\=\\", b"COMPOSE_FILE=", b"COMPOSE_FILE=~nobody-of-that-name/a.yml", b"COMPOSE_FILE=.", b"COMPOSE_FILE=\0"),
    *(b"COMPOSE_FILE=-", b"COMPOSE_PATH_SEPARATOR=", b"COMPOSE_FILE=/dev/zero", b"COMPOSE_FILE=" + b"a/" * 3000),
    *(b"COMPOSE_PATH_SEPARATOR=yml", b"COMPOSE_FILE=compose.yml:compose.yml", b"COMPOSE_PROFILES=a,b"),
    *(b"COMPOSE_PROJECT_NAME=/", b"PWD=/", b"PATH="),
)


def env_line(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    lines.insert(random.randrange(len(lines) + 1), random.choice(_LINES) + b"\n")
    return b"".join(lines)


def env_value(random: Random, data: bytes) -> bytes:
    """Give a variable that the project reads another value."""
    lines = data.splitlines(keepends=True)
    named = [n for n, line in enumerate(lines) if b"=" in line]
    if named:
        place = random.choice(named)
        lines[place] = lines[place].partition(b"=")[0] + b"=" + random.choice(_LINES).partition(b"=")[2] + b"\n"
    return b"".join(lines)


def env_laughs(random: Random, data: bytes) -> bytes:
    """Each variable twice the one before."""
    count = random.choice((5, 12, 40))
    return data + b"\nL0=" + b"ha" * 50 + b"\n" + b"".join(b"L%d=$L%d$L%d\n" % (n + 1, n, n) for n in range(count))


def env_nested(random: Random, data: bytes) -> bytes:
    depth = random.choice((3, 30, 300, 3000))
    return data + b"\nN=" + b"${N:-" * depth + b"x" + b"}" * random.choice((depth, depth - 1)) + b"\n"


def env_many(random: Random, data: bytes) -> bytes:
    line = random.choice((b"M%d=x\n", b"M%d=${A}\n", b"M%d='x'\n", b"M%d\n", b"#%d\n", b"=%d\n", b"\n%d\n", b"M='%d\n"))
    return data + b"\n" + b"".join(line % n for n in range(random.choice((10, 1000))))


def env_one_line(random: Random, data: bytes) -> bytes:
    return data.replace(b"\n", random.choice((b"", b" ", b"\\n", b"\0", b"\r")))


ENV: tuple[Mutation, ...] = (
    *(env_line, env_line, env_line, env_value, env_value, env_laughs, env_nested, env_many, env_one_line),
)
