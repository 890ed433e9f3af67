"""Commands that go past the pooler: migrations, dumps, shells."""
