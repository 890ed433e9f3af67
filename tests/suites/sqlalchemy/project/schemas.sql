-- The schemas that SQLAlchemy's README for its tests asks for.
CREATE SCHEMA test_schema;
CREATE SCHEMA test_schema_2;
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
ALTER DATABASE suite SET default_text_search_config = 'pg_catalog.english';
