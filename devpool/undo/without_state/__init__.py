"""Handles an enabled project that has lost the record of its changes. Pure."""
