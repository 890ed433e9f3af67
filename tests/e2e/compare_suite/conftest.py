"""SQLAlchemy's plugin for pytest, as the README of its suite for dialects asks for it."""

import pytest

pytest.register_assert_rewrite("sqlalchemy.testing.assertions")

from sqlalchemy.testing.plugin.pytestplugin import *  # noqa: E402, F403
