"""Commands that connect directly to the database: migrations, dumps, shells."""
