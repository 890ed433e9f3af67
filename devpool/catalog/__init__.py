"""Facts about other software as tables: names, messages and needs, each row with its source. Pure."""
