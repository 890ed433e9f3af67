"""Where devpool keeps what it has to know of a project, below the project's folder."""

HOME = ".devpool"
STATE = f"{HOME}/state.json"
DIGESTS = f"{HOME}/digests.json"
JOURNAL = f"{HOME}/journal"
SET_ASIDE = "unverified-journal"
"""Below `.devpool`: the name of a journal that is not believed, once a journal of our own is needed; then with a
number, where that name is taken."""
FOLDERS = ("env", "pgbouncer", "exporter")
"""Below `.devpool`: the folders that devpool makes, but for the journal's."""
