"""Inserted text follows its neighbors."""

from __future__ import annotations

import pytest
import yaml as pyyaml

from devpool.errors import DevpoolError
from devpool.model.services import services_node
from devpool.text import layout, nodes
from devpool.text.document import Document, parse
from devpool.text.nodes import MappingNode, ScalarNode, SequenceNode, lookup


def read(text: str) -> Document:
    return parse("/p/compose.yml", text.encode())


def a(document: Document) -> nodes.Node:
    found = lookup(document.root, "a")
    assert found is not None
    return nodes.resolved(found)


def with_item(text: str) -> str:
    """The text with `new` after the first item of the list `a`."""
    document = read(text)
    sequence = a(document)
    assert isinstance(sequence, SequenceNode)
    position, parts = layout.after_item(document, sequence, sequence.items[0], ("new",))
    return text[:position] + "".join(str(p) for p in parts) + text[position:]


def with_entry(text: str) -> str:
    """The text with `N: new` after the first entry of the mapping `a`."""
    document = read(text)
    mapping = a(document)
    assert isinstance(mapping, MappingNode)
    position, parts = layout.after_entry(document, mapping, mapping.entries[0], "N", ("new",))
    return text[:position] + "".join(str(p) for p in parts) + text[position:]


@pytest.mark.parametrize(
    "value", ["a", "a-b_c.d", "./a/b", "a:b", "/a/b", "17-alpine", "a@b", "pgbouncer:6432", "a+b", "x1", "1x"]
)
def test_a_plain_word_gets_no_quotes(value: str) -> None:
    assert layout.quoted(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("1", "6432", "1.5", "1e3", "0x1f", "0o17", "1_000", "12:30", "true", "No", "on", "null", "~", "y", ""),
        *(" a", "a ", "-a", "- a", "a: b", "a:", "a #b", "#a", "*a", "&a", "!a", "@a", "%a", ">", "{a}", "[a]"),
        *("a,b", "'a'", '"a"', "a\\b", "é"),
    ],
)
def test_what_yaml_would_read_otherwise_is_quoted_and_reads_as_the_same_text(value: str) -> None:
    text = layout.quoted(value)
    assert text.startswith('"')
    assert pyyaml.safe_load(text) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n  - b\n", "a:\n  - b\n  - new\n"),
        ("a:\n  - b", "a:\n  - b\n  - new"),
        ("a:\n- b\n- c\n", "a:\n- b\n- new\n- c\n"),
        ("a:\n    -   b\n", "a:\n    -   b\n    -   new\n"),
        ("a:\r\n  - b\r\n", "a:\r\n  - b\r\n  - new\r\n"),
        ("a:\n  - b # of b\n\n# end\n", "a:\n  - b # of b\n  - new\n\n# end\n"),
        ("a:\n  - 'b'  \n", "a:\n  - 'b'  \n  - new\n"),
        ("a: [b]\n", "a: [b, new]\n"),
        ("a: [b, c]\n", "a: [b, new, c]\n"),
        ("a: [ 'b' ]\n", "a: [ 'b', new ]\n"),
    ],
)
def test_a_list_item_stands_as_its_neighbour_stands(text: str, expected: str) -> None:
    assert with_item(text) == expected
    assert "new" in pyyaml.safe_load(expected)["a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n  B: b\n", "a:\n  B: b\n  N: new\n"),
        ("a:\n  B: b", "a:\n  B: b\n  N: new"),
        ("a:\n    B:   b\n", "a:\n    B:   b\n    N: new\n"),
        ("a:\r\n  B: b\r\nc: d\r\n", "a:\r\n  B: b\r\n  N: new\r\nc: d\r\n"),
        ("a:\n  'B': b\n", "a:\n  'B': b\n  'N': new\n"),
        ('a:\n  "B": "b" # c\n', 'a:\n  "B": "b" # c\n  "N": new\n'),
        ("a:\n  B:\n  C: c\n", "a:\n  B:\n  N: new\n  C: c\n"),
        ("a:\n  B: # c\n", "a:\n  B: # c\n  N: new\n"),
        ("a:\n  B: {c: d}\n", "a:\n  B: {c: d}\n  N: new\n"),
        ("a:\n  B:\n    c: d\n# end\n", "a:\n  B:\n    c: d\n  N: new\n# end\n"),
        ("a:\n  B: |\n    c\n    d\n  E: f\n", "a:\n  B: |\n    c\n    d\n  N: new\n  E: f\n"),
        ("a: {B: b}\n", "a: {B: b, N: new}\n"),
        ("a: {B: b, C: c}\n", "a: {B: b, N: new, C: c}\n"),
    ],
)
def test_an_entry_stands_as_its_neighbour_stands(text: str, expected: str) -> None:
    assert with_entry(text) == expected
    assert pyyaml.safe_load(expected)["a"]["N"] == "new"


@pytest.mark.parametrize("text", ["a:\n  - B: b\n    C: c\n", "a:\n  ? B\n  : b\n"])
def test_an_entry_that_does_not_stand_first_on_its_line_is_refused(text: str) -> None:
    document = read(text)
    found = a(document)
    mapping = found.items[0] if isinstance(found, SequenceNode) else found
    assert isinstance(mapping, MappingNode)
    with pytest.raises(DevpoolError) as caught:
        layout.after_entry(document, mapping, mapping.entries[0], "N", ("new",))
    assert caught.value.code == "layout-not-plain"


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("db:\n  a: b\nweb:\n", "db:\n  a: b"),
        ("db:\n  a: b # c\nweb:\n", "db:\n  a: b # c"),
        ("db:\n  a: b\n  # c: d\n  # e\nweb:\n", "db:\n  a: b\n  # c: d\n  # e"),
        ("db:\n  a: b\n# of web\nweb:\n", "db:\n  a: b"),
        ("db:\n  a: b\n\n  # of web\nweb:\n", "db:\n  a: b"),
        ("db:\r\n  a: b\r\n  # c\r\nweb:\r\n", "db:\r\n  a: b\r\n  # c"),
        ("db:\n  a: b", "db:\n  a: b"),
        ("db:\n  a: b\n  # c", "db:\n  a: b\n  # c"),
    ],
)
def test_comments_inside_a_block_belong_to_it_and_those_of_the_next_do_not(text: str, block: str) -> None:
    assert text[: layout.block_end(text, text.index("a: b") + 4, "")] == block


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("services:\n  db:\n    image: x\n", "  "),
        ("services:\n    db:\n        image: x\n", "    "),
        ("services:\n  db:\n      image: x\n", "    "),
        ("services:\n db:\n  image: x\n", " "),
        ("services:\n  db: {image: x}\n", "  "),
        ("services:\n  db: {image: x}\n  web:\n     image: x\n", "   "),
        ("services: {}\n", "  "),
    ],
)
def test_the_step_of_indentation_is_that_of_the_services_own_fields(text: str, step: str) -> None:
    document = read(text)
    services = services_node(document)
    assert services is not None
    assert layout.unit(document, services) == step


@pytest.mark.parametrize(
    ("text", "found"), [("a\nbc\nd", "bc"), ("a\r\nbc\r\nd", "bc"), ("a\rbc\rd", "bc"), ("bc", "bc")]
)
def test_a_line_ends_where_it_ends(text: str, found: str) -> None:
    position = text.index("c")
    assert text[layout.line_start(text, position) : layout.line_end(text, position)] == found


@pytest.mark.parametrize("odd", ["\v", "\f", "\x85", "\u2028"])
def test_a_line_does_not_end_at_what_only_python_takes_for_an_end(odd: str) -> None:
    text = f"a{odd}b\nc"
    assert text[layout.line_start(text, 2) : layout.line_end(text, 0)] == f"a{odd}b"


@pytest.mark.parametrize(("item", "expected"), [("A=b", "N=v"), ("'A=b'", "'N=v'"), ('"A=b"', '"N=v"')])
def test_an_item_gets_the_quotes_of_its_neighbour(item: str, expected: str) -> None:
    document = read(f"a: [{item}]\n")
    sequence = a(document)
    assert isinstance(sequence, SequenceNode)
    scalar = sequence.items[0]
    assert isinstance(scalar, ScalarNode)
    assert "".join(str(p) for p in layout.item_parts(document, scalar, "N", ("v",))) == expected


@pytest.mark.parametrize("value", ["a\nb", "\0", "\x1b[31m", "\u2028", 'a"\\'])
def test_a_quoted_text_is_read_as_it_was(value: str) -> None:
    assert pyyaml.safe_load(layout.quoted(value)) == value


@pytest.mark.parametrize("text", ["a:\n  &k b: c\n", "a:\x85  b: c\n", "a:\n  !t b: c\n"])
def test_a_key_that_does_not_stand_first_on_its_line_has_no_indentation(text: str) -> None:
    document = read(text)
    mapping = a(document)
    assert isinstance(mapping, MappingNode)
    with pytest.raises(DevpoolError) as caught:
        layout.indent(document, mapping.entries[0].key)
    assert caught.value.code == "layout-not-plain"
