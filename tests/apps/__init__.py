"""Real applications behind the pooler: one folder for each, and the runner that puts each through the same story.

An application's folder has `app.py` (what is known of it and how it is used), `project/` (its compose file, in the
shape that its own documentation gives) and `image/` (the real program, installed from Debian, PyPI or npm).
"""
