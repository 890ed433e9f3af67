"""An app's separate entries as text: an entry of a mapping or an item of a list."""

from __future__ import annotations

from dataclasses import dataclass, field

from devpool.decide.key_ownership import Line
from devpool.model.project import ConnectionVariable
from devpool.text import layout
from devpool.text.document import Document
from devpool.text.edits import Part
from devpool.text.nodes import ScalarNode


@dataclass(frozen=True, slots=True)
class Stated:
    """A value in plain text, quoted as its place needs."""

    value: str


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of a text of the same file. `quote` is None for the whole scalar of a mapping's entry, with its quotes;
    for the value of a list's item the quotes of that item, which it keeps.
    """

    parts: tuple[Part, ...]
    quote: str | None


Text = Stated | Copied


@dataclass(slots=True)
class Entries:
    """What one app gets in its `environment`.

    Attributes:
        setting: one of the settings, for messages.
        source: the file that the copies are of: they can only be written there.
    """

    setting: ConnectionVariable
    source: Document | None = None
    stated: dict[str, Text] = field(default_factory=dict)

    def lines(self, *, as_items: bool) -> list[Line] | None:
        """The stated entries as lines of a mapping or of a list; None where one fits only the other."""
        found: list[Line] = []
        for name, text in self.stated.items():
            parts = item(name, text) if as_items else entry(text)
            if parts is None:
                return None
            found.append(("- ", *parts) if as_items else (f"{name}: ", *parts))
        return found

    @property
    def fit_a_list(self) -> bool:
        """Whether an entry is a copy of a list's item."""
        return any(isinstance(text, Copied) and text.quote is not None for text in self.stated.values())


def entry(text: Text) -> tuple[Part, ...] | None:
    """What follows `NAME: ` in a mapping."""
    if isinstance(text, Stated):
        return (layout.quoted(text.value),)
    return text.parts if text.quote is None else None


def item(name: str, text: Text, document: Document | None = None, beside: ScalarNode | None = None) -> Line | None:
    """What follows the dash of a list's item, in the quotes of another item where there is one."""
    if isinstance(text, Copied):
        return (f"{text.quote}{name}=", *text.parts, text.quote) if text.quote is not None else None
    if document and beside:
        return layout.stated_item(document, beside, name, text.value)
    return (layout.item(name, text.value),)
