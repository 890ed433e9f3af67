"""The permission bits of what devpool creates; a file of the user's that it replaces keeps its own. Pure."""

FILE = 0o644
PROGRAM = 0o755
FOLDER = 0o755
PRIVATE_FILE = 0o600
"""What holds a secret, or may hold one: digests, the journal with its copies, backups, the key of
this machine, the kept output of `compare`."""
PRIVATE_ENV_FILE = PRIVATE_FILE
PRIVATE_FOLDER = 0o700
FOR_OTHERS = 0o077
"""Bits that let anybody but the owner in."""
WRITABLE_BY_OTHERS = 0o022
