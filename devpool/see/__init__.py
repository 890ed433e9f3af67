"""What can be seen of a running project: status, the live view, metrics."""
