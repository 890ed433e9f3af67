"""Test suites of database libraries, run directly and through the pooler by `devpool compare`.

Each folder has a `suite.py`, the compose project, and the recipe of the image with the library and its tests.
"""
