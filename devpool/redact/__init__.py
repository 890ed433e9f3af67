"""What may be shown of texts that hold secrets. Pure."""
