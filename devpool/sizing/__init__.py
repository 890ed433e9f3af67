"""How large a pool should be and why. Pure."""
