"""The meaning of the project: its services, their variables and the databases that these point to. Pure."""
