"""The steps of enable, disable and set, from the project on disk to its running containers."""
