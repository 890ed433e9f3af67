"""One YAML file: every node points at its own characters, whatever the file looks like."""

from __future__ import annotations

import pytest

from devpool.errors import DevpoolError
from devpool.text import document, nodes
from devpool.text.document import parse
from devpool.text.nodes import AliasNode, MappingNode, ScalarNode, SequenceNode, inner, lookup, path_to, resolved


def read(text: str | bytes) -> document.Document:
    return parse("/p/compose.yml", text if isinstance(text, bytes) else text.encode())


def at(document: document.Document, *path: str) -> nodes.Node:
    found = lookup(document.root, *path)
    assert found is not None
    return found


def cut(document: document.Document, *path: str) -> str:
    node = at(document, *path)
    return document.text[node.start : node.end]


def refusal(text: str | bytes) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize("text", ["a: b", "a: b\n", "a: b\r\n", "# only\n\n\na: b # c\n\n", "{a: b}", '"a": "b"\n\n\n'])
def test_the_text_is_kept_as_it_is(text: str) -> None:
    assert read(text).text == text


def test_a_byte_order_mark_is_taken_off_and_remembered() -> None:
    document = read(b"\xef\xbb\xbfa: b\n")
    assert (document.bom, document.text, cut(document, "a")) == (True, "a: b\n", "b")


def test_a_file_without_a_byte_order_mark_has_none() -> None:
    assert read("a: b\n").bom is False


@pytest.mark.parametrize(("text", "newline"), [("a: b\r\nc: d\n", "\r\n"), ("a: b\nc: d\r\n", "\n"), ("a: b", "\n")])
def test_the_first_line_end_is_the_files_line_end(text: str, newline: str) -> None:
    assert read(text).newline == newline


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\n", "b"),
        ("a: b # comment\n", "b"),
        ("a:   b\t\n", "b"),
        ("a: 'b c'\n", "'b c'"),
        ('a: "b\\tc" # d\n', '"b\\tc"'),
        ("a: b c\r\n", "b c"),
        ("a: é𝒳ü\n", "é𝒳ü"),
        ("é𝒳: b\n" + "a: c\n", "c"),
        ("# 🐘🐘\na: b\n", "b"),
        ("a: &x b\n", "b"),
        ("a: !!str b\n", "b"),
        ("a: !!str &x b\n", "b"),
        ("a: &x 'b'\n", "'b'"),
        ("{a: b}\n", "b"),
        ("a: {b: c}\n", "{b: c}"),
        ("a: &x {b: c} # d\n", "{b: c}"),
        ("a: [b, c]\n", "[b, c]"),
        ("a: !override [b, c]\n", "[b, c]"),
        ("a: [\n  b,\n  c,\n]\nd: e\n", "[\n  b,\n  c,\n]"),
        ("a:\n  b: c\n  # of a\n\n# of d\nd: e\n", "b: c"),
        ("a:\n- b\n- c\n\n# of d\nd: e\n", "- b\n- c"),
        ("a:\n  - b\n  - c # last\n\nd: e\n", "- b\n  - c"),
        ("a: &x\n  b: c\nd: e\n", "b: c"),
        ("a: !reset\n  b: c\nd: e\n", "b: c"),
    ],
)
def test_a_node_spans_its_own_characters_and_no_more(text: str, expected: str) -> None:
    assert cut(read(text), "a") == expected


@pytest.mark.parametrize("text", ["a:\n", "a:", "a: # c\n", "a:\nb: c\n", "a: !reset\nb: c\n", "a: &x\nb: c\n"])
def test_an_empty_value_has_no_width(text: str) -> None:
    assert cut(read(text), "a") == ""


@pytest.mark.parametrize("text", ["a: |\n  b\n  c\n\n\nd: e\n", "a: |-\n  b\n  c\n\n# of d\nd: e\n"])
def test_a_literal_block_ends_with_its_last_line_of_text(text: str) -> None:
    assert cut(read(text), "a").endswith("b\n  c")


def test_an_item_with_an_anchor_begins_at_its_value() -> None:
    document = read("a:\n  - &x b\n")
    items = at(document, "a")
    assert isinstance(items, SequenceNode)
    assert [document.text[i.start : i.end] for i in items.items] == ["b"]


def test_an_alias_has_its_own_span_and_means_the_anchors_node() -> None:
    document = read("a: &x b\nc: *x\n")
    node = at(document, "c")
    assert isinstance(node, AliasNode)
    assert (document.text[node.start : node.end], node.name) == ("*x", "x")
    assert resolved(node) is at(document, "a")


def test_an_anchor_that_is_written_twice_means_the_last_one_before_the_alias() -> None:
    document = read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert [n.value for k in "bd" if isinstance(n := resolved(at(document, k)), ScalarNode)] == ["1", "2"]


def test_a_node_that_is_no_alias_resolves_to_itself() -> None:
    node = at(read("a: b\n"), "a")
    assert resolved(node) is node


def test_a_merge_key_brings_entries_that_stand_elsewhere() -> None:
    document = read("x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\n")
    assert cut(document, "y", "a") == "1"
    assert cut(document, "y", "b") == "3"


def test_of_several_merged_mappings_the_first_wins() -> None:
    document = read("x: &x {a: 1}\nz: &z {a: 2, b: 3}\ny:\n  <<: [*x, *z]\n")
    assert (cut(document, "y", "a"), cut(document, "y", "b")) == ("1", "3")


def test_a_merge_of_a_merge_is_followed() -> None:
    document = read("x: &x {a: 1}\nz: &z\n  <<: *x\ny:\n  <<: *z\n")
    assert cut(document, "y", "a") == "1"


def test_of_a_key_that_is_written_twice_the_last_counts() -> None:
    assert cut(read("a: 1\na: 2\n"), "a") == "2"


def test_what_is_not_there_is_not_found() -> None:
    document = read("a: {b: c}\n")
    assert [lookup(document.root, *p) for p in (("x",), ("a", "x"), ("a", "b", "c"))] == [None, None, None]


@pytest.mark.parametrize(("text", "flow"), [("a:\n- b\n", False), ("a:\n  - b\n", False), ("a: [b]\n", True)])
def test_an_indentless_list_is_not_in_flow_style(text: str, flow: bool) -> None:
    node = at(read(text), "a")
    assert isinstance(node, SequenceNode)
    assert node.flow is flow


@pytest.mark.parametrize(("text", "flow"), [("a:\n  b: c\n", False), ("a: {b: c}\n", True), ("a: {}\n", True)])
def test_a_mapping_knows_whether_it_is_in_flow_style(text: str, flow: bool) -> None:
    node = at(read(text), "a")
    assert isinstance(node, MappingNode)
    assert node.flow is flow


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85"])
def test_line_separators_that_compose_does_not_count_are_no_line_ends_in_quotes(odd: str) -> None:
    document = read(f'a: "b{odd}c"\nd: e\n')
    assert cut(document, "d") == "e"
    assert document.line_of(at(document, "d").start) == 2


@pytest.mark.parametrize("odd", ["\v", "\f"])
def test_a_vertical_tab_or_form_feed_is_not_yaml(odd: str) -> None:
    assert refusal(f"a: b{odd}c\n").code == "not-yaml"


def test_lines_count_from_one_in_a_file_with_crlf() -> None:
    document = read("a: 1\r\nb: 2\r\nc: 3\r\n")
    assert document.place(at(document, "c").start) == "/p/compose.yml:3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\n", "b"),
        ("a: 'b'\n", "b"),
        ('a: "b c"\n', "b c"),
        ("a: 'é𝒳'\n", "é𝒳"),
        ("a: &x 'b'\n", "b"),
        ("a: ''\n", ""),
    ],
)
def test_the_inside_of_a_scalar_is_its_value_where_it_stands(text: str, expected: str) -> None:
    document = read(text)
    scalar = at(document, "a")
    assert isinstance(scalar, ScalarNode)
    span = inner(text, scalar)
    assert span is not None
    assert text[slice(*span)] == expected == scalar.value


@pytest.mark.parametrize(
    "text", ['a: "b\\tc"\n', "a: 'it''s'\n", "a: |\n  b\n", "a: >\n  b\n  c\n", 'a: "b\n  c"\n', "a: b\n  c\n"]
)
def test_a_scalar_that_is_written_otherwise_than_it_reads_has_no_inside(text: str) -> None:
    scalar = at(read(text), "a")
    assert isinstance(scalar, ScalarNode)
    assert inner(text, scalar) is None


def test_the_path_to_a_position_names_entries_and_items() -> None:
    text = "services:\n  web:\n    environment:\n      - A=1\n      - B=2\n"
    assert path_to(read(text).root, text.index("B=")) == ("services", "web", "environment", "B")


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "just words\n", "---\n", "42"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    assert refusal(text).code == "not-a-mapping"


@pytest.mark.parametrize(
    "text", ["a: [\n", "a: b: c\n", "a:\n\tb: c\n", "a: 'b\n", "{a: b", "a: @b\n", "a: b\n c: d\n", "%\n", "a: \x01\n"]
)
def test_what_is_not_yaml_is_refused(text: str) -> None:
    assert refusal(text).code == "not-yaml"


def test_a_yaml_error_names_the_line_and_shows_nothing_of_it() -> None:
    error = refusal("a: b\nc: hunter2: x\n")
    assert error.where == "/p/compose.yml:2"
    assert "hunter2" not in error.message + error.hint


def test_two_documents_in_a_file_are_refused() -> None:
    assert refusal("a: b\n---\nc: d\n").code == "several-documents"


def test_one_document_with_its_marks_is_read() -> None:
    assert cut(read("---\na: b\n...\n"), "a") == "b"


def test_a_file_that_is_not_utf_8_is_refused_with_the_byte() -> None:
    error = refusal(b"a: caf\xe9\n")
    assert (error.code, "byte 6" in error.message) == ("not-utf8", True)
