SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
TIME_ZONE = "UTC"
LOG_DIR = "/tmp"
WHISPER_DIR = "/var/lib/graphite/whisper"
DATABASES = {
    "default": {
        "NAME": "graphite",
        "ENGINE": "django.db.backends.postgresql",
        "USER": "graphite",
        "PASSWORD": "graphite",
        "HOST": "db",
        "PORT": "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
