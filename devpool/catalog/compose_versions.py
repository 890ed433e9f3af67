"""What devpool needs of Docker Compose. Pure."""

from __future__ import annotations

OLDEST = (2, 24, 4)
"""The first version that knows what devpool may write: `!override` (Compose specification, "Merge";
https://docs.docker.com/reference/compose-file/merge/), and `required: false` of an `env_file`, since 2.24.0 (Compose
specification, "env_file"). Older ones pass over the tag, and add where they should replace.
"""
OLDEST_IN_WORDS = ".".join(map(str, OLDEST))
