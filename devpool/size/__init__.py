"""Should a database be pooled, and with what numbers."""
