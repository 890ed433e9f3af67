DATABASE_URL=postgres://postgres:hunter2@db:5432/postgres
DEBUG=0
