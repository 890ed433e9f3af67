"""The plan as edits of the user's text. Pure."""
