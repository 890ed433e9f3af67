"""The plan as edits to the user's text. Pure."""
