"""Both databases of Django's tests on the server of DATABASE_URL, as Django's documentation for contributors has it."""

import os
from urllib.parse import urlsplit

_URL = urlsplit(os.environ["DATABASE_URL"])
_SERVER = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": _URL.hostname,
    "PORT": _URL.port,
    "USER": _URL.username,
    "PASSWORD": _URL.password,
}
DATABASES = {"default": {**_SERVER, "NAME": "django"}, "other": {**_SERVER, "NAME": "other"}}
SECRET_KEY = "only-in-tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
TEST_RUNNER = "xmlrunner.extra.djangotestrunner.XMLTestRunner"
