"""Which lines of a package manager's file name a driver, and which settings of drivers are looked for."""

from __future__ import annotations

import pytest

from devpool.catalog.driver_files import PACKAGE_FILES, SETTING, SETTING_WORDS
from devpool.resources import inside


def test_a_container_and_a_folder_are_searched_for_the_same_settings() -> None:
    assert SETTING.pattern in inside("installed.sh")


@pytest.mark.parametrize(
    "line",
    [
        *("postgres(url, { prepare: false })", "prepare: :unnamed", "  prepared_statements: false"),
        *("  advisory_locks: false", "statement_cache_size=0", "QueryExecModeSimpleProtocol"),
        *("?default_query_exec_mode=exec", "?pgbouncer=true", "?binary_parameters=yes"),
        *('"DISABLE_SERVER_SIDE_CURSORS": True', "'prepare_threshold': None", "prepared_max = 0"),
        *("PDO::ATTR_EMULATE_PREPARES => true", "?prepareThreshold=0", ";No Reset On Close=true"),
    ],
)
def test_a_setting_is_found_and_has_a_word_by_which_most_files_are_left_out(line: str) -> None:
    # "'prepare_threshold': None" is a dictionary's: `=` is what the search asks for.
    assert (SETTING.search(line) is not None) == ("': None" not in line)
    assert any(word in line for word in SETTING_WORDS)


def test_every_kind_of_file_has_names_and_a_source() -> None:
    assert all(kind.packages and kind.source.startswith("https://") for kind in PACKAGE_FILES)
