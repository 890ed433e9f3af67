DB_HOST = "db"
