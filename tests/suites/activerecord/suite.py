"""Rails' tests of ActiveRecord's PostgreSQL adapter and of transactions."""

from __future__ import annotations

from suites.reasons import TERMINATED
from suites.suite import Reason, Suite

_FOLDER = "test/cases/adapters/postgresql"
_NAMES = (
    "connection postgresql_adapter prepared_statements_disabled schema statement_pool transaction transaction_nested"
)
_FILES = (*(f"{_FOLDER}/{name}_test.rb" for name in _NAMES.split()), "test/cases/transactions_test.rb")
SUITE = Suite(
    title="ActiveRecord",
    driver="pg",
    source="https://edgeguides.rubyonrails.org/contributing_to_ruby_on_rails.html#running-tests",
    version=("ruby", "-e", "require 'active_record'; puts ActiveRecord.version"),
    part=f"`{_FOLDER}` ({', '.join(_NAMES.split())}) and `test/cases/transactions_test.rb`",
    command=("ruby", "run.rb", *_FILES),
    junit="test/reports",
    reasons=(
        Reason(
            tests="current transaction is aborted",
            why="ActiveRecord frees a prepared statement with SQL, `DEALLOCATE a1`, when the schema changes or when it "
            "keeps more than `statement_limit` (1,000). The server knows that statement by the pooler's name, and "
            "inside a transaction the error ends it: raise `statement_limit`, or set `prepared_statements: false`.",
        ),
        Reason(tests="test_translate_no_connection_exception", why=TERMINATED, concerns_apps=False),
        Reason(
            tests="test_statement_key_is_logged",
            why="The test looks for its prepared statement on the server, where it has the pooler's name.",
            concerns_apps=False,
        ),
        Reason(
            tests="test_default_client_min_messages",
            why="ActiveRecord sends `min_messages` and `variables` of `database.yml` as `SET` when it connects, and "
            "the value stays for another client: set it with `ALTER ROLE`. Which client meets it varies.",
        ),
        Reason(
            tests="test_connection_options",
            why="What the address sets in `options`, here `-c geqo=off`, does not reach Postgres: set it with `ALTER "
            "ROLE`.",
        ),
    ),
)
