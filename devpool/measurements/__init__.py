"""What running poolers and databases report, as values, and what it proves. Pure."""
