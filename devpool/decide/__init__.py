"""Decides which route each app takes and what changes, in the project's own terms. Pure."""
