import os

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
SHARED_APPS = ["django_tenants", "django.contrib.contenttypes", "shop.customers"]
TENANT_APPS = ["django.contrib.contenttypes", "shop.orders"]
INSTALLED_APPS = [*SHARED_APPS, "shop.orders"]
TENANT_MODEL = "customers.Client"
TENANT_DOMAIN_MODEL = "customers.Domain"
MIDDLEWARE = ["django_tenants.middleware.main.TenantMainMiddleware"]
ROOT_URLCONF = "shop.urls"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": os.environ["POSTGRES_DB"],
        "USER": "shop",
        "PASSWORD": "secret",
        "HOST": os.environ["POSTGRES_HOST"],
        "PORT": os.environ.get("POSTGRES_PORT", "5432"),
        "CONN_MAX_AGE": 60,
    }
}
