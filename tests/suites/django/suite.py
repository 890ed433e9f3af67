"""Django's tests of what has to do with connections and transactions, with psycopg."""

from __future__ import annotations

from suites.suite import Suite

# What opens transactions, takes locks, holds cursors, or makes and drops tables.
_LABELS = "backends basic migrate_signals raw_query schema select_for_update transaction_hooks transactions"
_RUN = "python runtests.py --settings=pooled_variables --parallel=1 --noinput"
SUITE = Suite(
    title="Django",
    driver="psycopg",
    source="https://docs.djangoproject.com/en/5.2/internals/contributing/writing-code/unit-tests/",
    version=("pip", "show", "Django"),
    part=f"the tests of {', '.join(f'`{label}`' for label in _LABELS.split())}",
    command=tuple(f"{_RUN} {_LABELS}".split()),
)
