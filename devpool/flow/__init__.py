"""The stages one after the other: enable, disable and set, from reading to the running containers."""
