"""What an app may do in a session, and who sees it: at enable, by check, or nobody. Each cell names the tests that hold
it, in `tests/`; a test looks whether they are there. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """What is said, and the tests that hold it, as `path::function`; none where nobody sees it."""

    says: str
    tests: tuple[str, ...] = ()


_SOURCE = "unit/load/test_session_use.py::test_the_first_line_of_source_that_uses_a_feature_is_named"
_WORDS = "unit/catalog/test_session_features.py::test_what_needs_a_session_is_found"
_LIVE = "unit/lifecycle/test_live_notes.py::test_what_sessions_hold_is_told_with_two_ways_out"
_DRIVER = "unit/checks/test_driver_rules.py::test_a_driver_is_judged_for_this_very_pooler"
_LOCKS = "unit/checks/test_driver_rules.py::test_a_package_that_takes_session_locks_is_named_with_the_way_out"
_CURSORS = "unit/checks/test_python_rules.py::test_server_side_cursors_of_django_are_found"
_LEAKS = "e2e/test_see.py::test_each_leak_is_found_and_named"
_LOGS = "unit/catalog/test_log_messages.py::test_a_message_is_translated"
_NOT_PASSED_ON = "unit/decide/test_sessions.py::test_what_is_not_passed_on_is_named"
_LOST = "unit/checks/test_apps.py::test_what_a_session_loses_is_a_warning_with_the_way_out"
_WELL = "e2e/test_pooler_harmless.py::test_"
_NOBODY = Cell("not seen by devpool")
_NEEDLESS = Cell("needless")
_FROM_SOURCE = Cell("likely, from the source", (_SOURCE, _WORDS))
_BY_LEAKS = Cell("`--leaks`", (_LEAKS,))

MECHANISMS = (
    (
        "`LISTEN`",
        Cell(
            "direct, by its program; likely, from the source; certain, while the app runs",
            ("unit/decide/test_direct_reasons.py::test_what_listens_replicates_or_shows_the_server", _WORDS, _LIVE),
        ),
        _BY_LEAKS,
        Cell("notifications do not arrive"),
    ),
    (
        "session advisory lock",
        Cell(
            "likely, from the source; while the app runs, from packages of Node.js, and where a session holds one",
            (_SOURCE, _WORDS, _LIVE, _LOCKS),
        ),
        Cell("`framework`; `--leaks`; the warning in the log of Postgres", (_LOCKS, _LEAKS, _LOGS)),
        Cell("it guards nothing, and stays"),
    ),
    (
        "`SET`",
        Cell(
            "likely, from the source, for the usual settings; from variables that make an app's pool set something",
            (_WORDS, "unit/lifecycle/test_plan_notes.py::test_a_set_for_each_connection_asks_for_a_session_pool"),
        ),
        _BY_LEAKS,
        Cell("the value stays for others"),
    ),
    (
        "`search_path`",
        Cell(
            "likely, from the source; a library for a schema per tenant; in an address or a variable",
            (
                "unit/load/test_session_use.py::test_a_library_that_sets_the_search_path_for_each_tenant_is_named",
                _NOT_PASSED_ON,
            ),
        ),
        Cell("`--leaks`; `session`", (_LEAKS, _LOST)),
        Cell("others' tables are read and written; Postgres 18 and newer: harmless"),
    ),
    ("temporary table", _FROM_SOURCE, _BY_LEAKS, Cell("gone in the next transaction")),
    ("`WITH HOLD` cursor", _FROM_SOURCE, Cell("`--leaks`; in logs", (_LEAKS, _LOGS)), Cell("the next `FETCH` fails")),
    ("SQL `PREPARE`", _FROM_SOURCE, Cell("`--leaks`; in logs", (_LEAKS, _LOGS)), Cell("`EXECUTE` fails")),
    (
        "SQL `DEALLOCATE` of what the driver prepared",
        Cell(
            "while the app runs: PDO, psycopg with an old libpq, programs and libraries in C",
            (
                _DRIVER,
                "unit/checks/test_driver_rules.py::test_pdo_is_warned_of_only_where_it_deallocates_with_sql",
                "unit/checks/test_driver_rules.py::test_a_library_that_deallocates_with_sql_is_named",
            ),
        ),
        Cell(
            "`framework`; in the log of Postgres",
            (
                _DRIVER,
                "unit/catalog/test_log_messages.py::"
                "test_a_message_is_read_with_the_statement_that_postgres_logs_after_it",
            ),
        ),
        Cell("it fails, and so does its transaction"),
    ),
    (
        "prepared statements by protocol",
        Cell("where `max_prepared_statements` is 0", (_DRIVER,)),
        Cell("`framework`", (_DRIVER,)),
        Cell("harmless with devpool's settings", (f"{_WELL}named_statements_of_the_protocol_work",)),
    ),
    (
        "unnamed statement, parsed and bound in two steps (lib/pq)",
        Cell(
            "while the app runs",
            ("unit/lifecycle/test_live_notes.py::test_a_driver_that_breaks_is_told_with_what_to_do",),
        ),
        Cell(
            "`framework`; in logs",
            (
                "unit/checks/test_driver_rules.py::test_lib_pq_mixes_statements_unless_its_parameters_are_binary",
                _LOGS,
            ),
        ),
        Cell("other clients' statements are bound"),
    ),
    (
        "server-side cursor",
        Cell("Django's, while the app runs", (_CURSORS,)),
        Cell("`framework` for Django's; in logs", (_CURSORS, _LOGS)),
        Cell("harmless inside of its transaction", (f"{_WELL}a_cursor_works_inside_of_its_transaction",)),
    ),
    (
        "startup options",
        Cell(
            "in an address or a variable",
            (
                _NOT_PASSED_ON,
                "unit/lifecycle/test_plan_notes.py::"
                "test_what_a_pooler_does_not_pass_on_is_named_outside_of_the_address_too",
            ),
        ),
        Cell("`session`; in logs", (_LOST, _LOGS)),
        Cell("they have no effect"),
    ),
    (
        "`application_name`",
        _NEEDLESS,
        _NEEDLESS,
        Cell("harmless: each client keeps its own", (f"{_WELL}each_client_keeps_the_name_of_its_application",)),
    ),
    (
        "cancel request",
        _NEEDLESS,
        _NEEDLESS,
        Cell(
            "harmless; several poolers have to know each other",
            (f"{_WELL}a_query_is_canceled", "e2e/test_pooler_peers.py::test_listed_peers_pass_it_on"),
        ),
    ),
    ("`COPY`", _NEEDLESS, _NEEDLESS, Cell("harmless", (f"{_WELL}rows_are_copied_in_and_out",))),
    (
        "large object",
        _NEEDLESS,
        _NEEDLESS,
        Cell("harmless: it needs a transaction directly, too", (f"{_WELL}a_large_object_is_written_and_read",)),
    ),
    (
        "two-phase commit",
        _NOBODY,
        _NOBODY,
        Cell(
            "harmless: a prepared transaction belongs to no session",
            (f"{_WELL}a_prepared_transaction_is_committed_by_another_client",),
        ),
    ),
)
