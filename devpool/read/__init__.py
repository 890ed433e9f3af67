"""From the project's files to what they say: services, variables with their origins, databases, settings."""
