"""Undoes edits in a text, even after the user has edited it further. Pure."""
