"""The files and folders that devpool keeps for a project, by path below the project directory. Pure.

Who may read them is in file_modes.py.
"""

FOLDER = ".devpool"
STATE = f"{FOLDER}/state.json"
DIGESTS = f"{FOLDER}/digests.json"
JOURNAL = f"{FOLDER}/journal"
PRIVATE_ENV = f"{FOLDER}/env"
"""One file for each pooler whose login no file of the user states in a form that the pooler can use."""
BUILD_CONTEXT = f"{FOLDER}/pgbouncer"
EXPORTER_CONTEXT = f"{FOLDER}/exporter"
SET_ASIDE = "unverified-journal"
"""Below `.devpool`: the new name of a journal that devpool does not trust, once devpool needs a journal itself. If the
name is taken, a number follows."""
FOLDERS = ("env", "pgbouncer", "exporter")
"""Below `.devpool`: the folders that devpool creates, except the journal's."""
