"""What can be seen of a project now: its containers, poolers and databases."""
