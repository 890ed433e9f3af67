"""Edits taken back out of a text, also after the user has gone on editing it. Pure."""
