DATABASE_URL = "postgres://app:x@db:5432/app"
