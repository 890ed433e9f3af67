"""The project's files, found and read from the disk."""
