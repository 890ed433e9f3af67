"""The same command directly and through the pooler, and what differs."""
