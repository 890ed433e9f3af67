"""One env file: bindings as Compose reads them, each pointing at its own characters."""

from __future__ import annotations

import pytest

from devpool.errors import DevpoolError
from devpool.text.envfile import EnvFile, parse_env, pieces_of, raw_form, values_of
from devpool.text.interpolation import SHELL, Variable, text_of


def read(text: str | bytes) -> EnvFile:
    return parse_env("/p/.env", text if isinstance(text, bytes) else text.encode())


def values(text: str, **shell: str) -> dict[str, str]:
    variables = {n: Variable(value=v, source=SHELL) for n, v in shell.items()}
    return {n: v.value for n, v in values_of(read(text), variables).items()}


def raws(text: str) -> dict[str, str]:
    file = read(text)
    return {b.name: file.raw(b) for b in file.bindings}


@pytest.mark.parametrize("text", ["", "\n", "# A=1\n", "  # A=1\n\n", "\t\n"])
def test_blank_lines_and_comments_bind_nothing(text: str) -> None:
    assert read(text).bindings == ()


@pytest.mark.parametrize("text", ["A=1", "A=1\n", "A=1\r\nB=2\r\n", "#c\nA=1 # d\n\n", "A='x\ny'\nB=2\n"])
def test_the_text_is_kept_as_it_is(text: str) -> None:
    assert read(text).text == text


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("A=b\n", "b"),
        ("A=b", "b"),
        ("A=b\r\n", "b"),
        ("A = b\n", "b"),
        ("A= b \n", "b"),
        ("A: b\n", "b"),
        ("A:b\n", "b"),
        ("export A=b\n", "b"),
        ("export  A=b\n", "b"),
        ("  A=b\n", "b"),
        ("A='b c'\n", "b c"),
        ('A="b c"\n', "b c"),
        ('A="b c" # d\n', "b c"),
        ("A='b # c'\n", "b # c"),
        ('A="b # c"\n', "b # c"),
        ("A=b # c\n", "b"),
        ("A=b#c\n", "b#c"),
        ("A=#fff\n", "#fff"),
        ("A=\n", ""),
        ("A=''\n", ""),
        ("A=b=c==\n", "b=c=="),
        ("A=b:c\n", "b:c"),
        ("A=b\\n\n", "b\\n"),
        ("A=pa$$\n", "pa$$"),
        ("A=${B:-c d}\n", "${B:-c d}"),
        ("A=é𝒳\n", "é𝒳"),
        ('A="b\\"c"\n', 'b\\"c'),
        ("A='b\nc'\n", "b\nc"),
    ],
)
def test_a_binding_spans_the_characters_of_its_value(text: str, raw: str) -> None:
    assert raws(text) == {"A": raw}


def test_a_byte_order_mark_is_taken_off_and_remembered() -> None:
    file = read(b"\xef\xbb\xbfA=b\n")
    assert (file.bom, [b.name for b in file.bindings]) == (True, ["A"])


def test_a_bare_name_is_not_given() -> None:
    assert [(b.name, b.given) for b in read("A\nB=\n").bindings] == [("A", False), ("B", True)]


def test_a_binding_spans_its_line_without_the_line_end() -> None:
    file = read("# c\r\n  export A=b # d\r\nB=c")
    assert [file.text[b.line_start : b.line_end] for b in file.bindings] == ["  export A=b # d", "B=c"]


def test_a_binding_knows_its_quotes_and_its_export() -> None:
    found = [(b.name, b.quote, b.export) for b in read("A=1\nB='2'\nexport C=\"3\"\n").bindings]
    assert found == [("A", "", ""), ("B", "'", ""), ("C", '"', "export ")]


def test_the_last_of_several_bindings_counts() -> None:
    file = read("A=1\nB=2\nA=3\n")
    last = file.last("A")
    assert last is not None
    assert (file.raw(last), file.line_of(last.start), file.last("C")) == ("3", 3, None)


@pytest.mark.parametrize("odd", ["\v", "\f", "\x85", "\u2028", "\u2029"])
def test_characters_that_only_python_takes_for_line_ends_stay_in_the_value(odd: str) -> None:
    assert raws(f"A=b{odd}c\nD=e\n") == {"A": f"b{odd}c", "D": "e"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=b", "b"),
        ("A='$B'", "$B"),
        ("A='${B}'", "${B}"),
        ("A='b\\nc'", "b\\nc"),
        ('A="b\\nc"', "b\nc"),
        ('A="b\\"c"', 'b"c'),
        ("A=b\\nc", "b\\nc"),
        ("A=$$b", "$b"),
        ("A=b$", "b$"),
        ("A=b$ c", "b$ c"),
        ("A=${NO}", ""),
        ("A=${NO:-c}", "c"),
        ('A="${NO:-c}"', "c"),
    ],
)
def test_a_value_is_what_compose_makes_of_it(text: str, value: str) -> None:
    assert values(text) == {"A": value}


def test_a_value_uses_earlier_lines_and_not_later_ones() -> None:
    assert values("A=1\nB=$A-$C\nC=3\n") == {"A": "1", "B": "1-", "C": "3"}


def test_the_shell_wins_inside_a_value() -> None:
    assert values("A=1\nB=$A\n", A="9") == {"A": "1", "B": "9"}


def test_a_bare_name_takes_the_shells_value_and_is_left_out_where_there_is_none() -> None:
    assert values("A\nB\n", A="9") == {"A": "9"}


def test_a_variable_that_must_be_set_is_demanded() -> None:
    with pytest.raises(DevpoolError) as caught:
        values("A=${NO:?hunter2}\n")
    assert caught.value.code == "variable-required"
    assert "hunter2" not in caught.value.message


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(DevpoolError) as caught:
        read(b"A=caf\xe9\n")
    assert caught.value.code == "not-utf8"


def test_a_line_that_binds_nothing_does_not_disturb_its_neighbours() -> None:
    assert raws("A=1\n= what\n'odd\nB=2\n")["A"] == "1"


@pytest.mark.parametrize(
    ("line", "value"), [("A=b\t# c", "b\t# c"), ("A= # c", "# c"), ("A=b # c", "b"), ("A=#fff", "#fff")]
)
def test_only_a_space_before_a_hash_begins_a_comment_as_compose_has_it(line: str, value: str) -> None:
    (binding,) = (file := parse_env("/p/.env", line.encode())).bindings
    assert file.raw(binding) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=pa$$w0rd$x", "pa$$w0rd$x"),
        ("A='q'", "'q'"),
        ('A="a\\nb"', '"a\\nb"'),
        ("A=x # y", "x # y"),
        ("  A=${B}", "${B}"),
        ("A=", ""),
    ],
)
def test_a_raw_file_is_read_to_the_character(line: str, value: str) -> None:
    file = raw_form(parse_env("/p/.env", f"# A=no\n\n{line}\nB=2\n".encode()))
    first, second = file.bindings
    assert (first.name, second.name, file.raw(first)) == ("A", "B", value)
    assert text_of(pieces_of(file, first, {})) == value
