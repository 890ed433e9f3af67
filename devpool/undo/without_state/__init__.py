"""An enabled project without the record of what was changed. Pure."""
