"""Finds the project's files and reads them from the disk."""
