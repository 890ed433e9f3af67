"""One file as text with places in it, and edits of such a text. Pure."""
