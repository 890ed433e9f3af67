"""What enable, disable and set do, from the project on disk to its running containers."""
