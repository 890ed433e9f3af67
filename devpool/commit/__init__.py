"""Writes to the user's disk: several files as one change, the record of it, and one devpool at a time."""
