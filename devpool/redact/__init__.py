"""Which parts of texts that contain secrets may be shown. Pure."""
