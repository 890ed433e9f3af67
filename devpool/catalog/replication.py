"""How logical replication shows: in the settings of a server, and in the variables of what follows it. Pure."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

VARIABLES = regex(
    r"(REPLICATION|WAL)_?SLOT|(^|_)SLOT_?NAME$|(PG|POSTGRES|REPLICATION|CDC|WAL)\w*_PUBLICATION(_?NAME)?S?$", re.I
)
"""What only a consumer of logical replication is told: its slot and its publication
(https://www.postgresql.org/docs/current/logical-replication.html).
"""
DECODERS = regex(r"\b(pgoutput|wal2json|decoderbufs|test_decoding)\b")
"""The plugins that decode for it."""
LOGICAL_WAL = regex(r"\bwal_level\s*=\s*'?logical\b")
"""The server setting that logical replication needs, as written in the command
(https://www.postgresql.org/docs/current/runtime-config-wal.html).
"""
