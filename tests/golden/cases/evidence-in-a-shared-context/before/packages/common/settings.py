DATABASE_URL = "postgres://app@db:5432/app"
