"""Looking things up in a file's tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from devpool.text import nodes
from devpool.text.document import parse
from devpool.text.nodes import Entry, place_of


class _Counted(tuple[Entry, ...]):
    """Entries that count how often one of them is looked at."""

    looks = 0

    def __getitem__(self, key: Any) -> Any:
        _Counted.looks += 1
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[Entry]:
        for entry in super().__iter__():
            _Counted.looks += 1
            yield entry


def test_the_holder_of_an_entry_is_found_without_looking_at_all_of_them() -> None:
    root = parse("a", "".join(f"A{n}: x\n" for n in range(4000)).encode()).root
    counted = replace(root, entries=_Counted(root.entries))
    assert nodes.holding(counted, root.entries[3999]) is counted
    assert _Counted.looks < 50


def test_what_a_merge_brings_in_is_held_by_the_mapping_that_is_merged() -> None:
    root = parse("a", b"base: &base {A: 1}\nmore: &more {<<: *base, B: 2}\nall: {<<: *more, C: 3}\n").root
    base, more, all_ = (nodes.resolved(entry.value) for entry in root.entries)
    assert (
        isinstance(base, nodes.MappingNode)
        and isinstance(more, nodes.MappingNode)
        and isinstance(all_, nodes.MappingNode)
    )
    found = nodes.entries(all_)
    assert [nodes.holding(all_, found[name]) for name in "ABC"] == [base, more, all_]


@pytest.mark.parametrize("text", ["a:\n  b:\n", "a: {b: x}\n", "a: {b: {d: x}}\n", "a: {b: [d]}\n", "a:\n"])
def test_what_is_not_there_has_no_place(text: str) -> None:
    assert place_of(parse("/p/c.yml", text.encode()).root, ("a", "b", "c")) is None
