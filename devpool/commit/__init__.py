"""The only way to the user's disk: several files as one, the record of it, and one devpool at a time."""
