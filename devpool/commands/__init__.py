"""One verb a file, named as the verb."""
