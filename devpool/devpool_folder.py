"""The files that devpool keeps for a project, below the project's folder."""

HOME = ".devpool"
STATE = f"{HOME}/state.json"
DIGESTS = f"{HOME}/digests.json"
JOURNAL = f"{HOME}/journal"
SET_ASIDE = "unverified-journal"
"""Below `.devpool`: the new name of a journal that devpool does not trust, once devpool needs a journal itself. If the
name is taken, a number follows."""
FOLDERS = ("env", "pgbouncer", "exporter")
"""Below `.devpool`: the folders that devpool creates, except the journal's."""
