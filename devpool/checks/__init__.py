"""What `devpool check` judges: facts as values in, results out, a family of checks in each file. Pure."""
