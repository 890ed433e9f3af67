"""What running poolers and databases say, as values, and what it proves. Pure."""
