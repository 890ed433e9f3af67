"""Settings; the host is 'db'."""

ALLOWED_HOSTS = ["db"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': 'postgres',
        'USER': 'postgres',
        'PASSWORD': 'x',
        'HOST': 'db',
        'PORT': 5432,
    }
}
