SECRET_KEY = "only for tests"
CONTENT_ORIGIN = "http://localhost:24816"
ALLOWED_HOSTS = ["*"]
DATABASES = {
    "default": {
        "HOST": "postgres",
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "pulp",
        "USER": "pulp",
        "PASSWORD": "password",
        "PORT": "5432",
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"sslmode": "prefer"},
    }
}
DB_ENCRYPTION_KEY = "/etc/pulp/database_fields.symmetric.key"
CACHE_ENABLED = False
