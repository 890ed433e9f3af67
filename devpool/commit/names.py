"""Where devpool keeps what it has to know of a project, below the project's folder."""

HOME = ".devpool"
STATE = f"{HOME}/state.json"
DIGESTS = f"{HOME}/digests.json"
JOURNAL = f"{HOME}/journal"
