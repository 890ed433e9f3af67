"""Where each character of a scalar's value stands: for scalars in every style that YAML has."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from devpool.text.characters import placed, spans
from devpool.text.document import Document, parse
from devpool.text.interpolation import Variable, expand
from devpool.text.nodes import ScalarNode, resolved

TEXTS = st.text(alphabet=st.sampled_from("ab:/@'\"\\ \n\t#-%é{},é😀"), max_size=40)


def scalar_of(text: str) -> tuple[Document, ScalarNode]:
    document = parse("compose.yml", text.encode())
    node = resolved(document.root.entries[0].value)
    assert isinstance(node, ScalarNode)
    return document, node


@given(TEXTS, st.sampled_from(["'", '"', "|", ">", ""]), st.integers(20, 60), st.booleans())
@settings(max_examples=500, deadline=None)
def test_every_visible_character_stands_where_its_span_says(value: str, style: str, width: int, escaped: bool) -> None:
    written = yaml.dump({"a": value}, default_style=style, width=width, allow_unicode=not escaped)
    document, scalar = scalar_of(written)
    found = spans(document.text, scalar)
    assert found is not None
    assert len(found) == len(scalar.value)
    for char, (start, end) in zip(scalar.value, found, strict=True):
        spelled = document.text[start:end]
        assert char.isspace() or spelled == char or spelled in ("''",) or spelled.startswith("\\")
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a: |\n  url: postgres://u:p@db:5432/x\n  b: c\n", "url: postgres://u:p@db:5432/x\nb: c\n"),
        ("a: >-\n  one\n  db:5432\n", "one db:5432"),
        ('a: "{\\"host\\": \\"db:5432\\"}"\n', '{"host": "db:5432"}'),
        ("a: 'it''s\n  db:5432'\n", "it's db:5432"),
        ("a: one\n  db:5432\n", "one db:5432"),
        ('a: "one \\\n  db:5432\\t"\n', "one db:5432\t"),
        ("a: |\r\n  one\r\n  db:5432\r\n", "one\ndb:5432\n"),
    ],
)
def test_a_word_inside_a_value_stands_in_one_piece(written: str, value: str) -> None:
    document, scalar = scalar_of(written)
    found = spans(document.text, scalar)
    assert scalar.value == value
    assert found
    start = value.index("db:5432")
    assert document.text[found[start][0] : found[start + 6][1]] == "db:5432"


def test_pieces_are_cut_where_the_text_is_not_one_run() -> None:
    document, scalar = scalar_of("a: |\n  x ${A} y\n  z $$\n")
    found = spans(document.text, scalar)
    assert found
    pieces = list(placed(expand(scalar.value, {"A": Variable(value="long value", source="shell")}), found))
    assert "".join(p.text for p in pieces) == "x long value y\nz $\n"
    for piece in pieces:
        raw = document.text[piece.start : piece.end]
        assert raw == piece.text or piece.text.isspace() or raw in ("${A}", "$$")
