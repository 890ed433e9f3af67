"""Which route each app takes and what is to change, in the project's own terms. Pure."""
