"""One file as text with places in it, and edits to such a text. Pure."""
