URL = "postgres://app:x@db/app"
