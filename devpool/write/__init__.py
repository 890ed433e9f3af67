"""The plan as edits of the user's text, each in the style of its neighbours. Pure."""
