"""What a running project shows: its containers, poolers and databases."""
