"""The checks of `devpool check`: facts in, results out, one family of checks per file. Pure."""
