"""Settings of the test run: the real ones, quicker where quickness tests nothing away.

The database is on a PostgreSQL of the tests' own beside the service's, and a copy of a template
(`tests/database`). Its name carries the run's process id, so two runs in one checkout do not meet.
"""

import os

os.environ.setdefault("TEST_RUN", str(os.getpid()))  # inherited by the workers of this run
os.environ.pop("CELERY_BROKER_URL", None)

from config.settings import *  # noqa: F403
from config.settings import DATABASES, EMBEDDED_POSTGRES_DIR, INSTALLED_APPS, ON_ONE_MACHINE
from standalone.embedded_postgres import Cluster, embedded

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]

if ON_ONE_MACHINE:
    EMBEDDED_CLUSTER = Cluster(
        EMBEDDED_POSTGRES_DIR.with_name(f"{EMBEDDED_POSTGRES_DIR.name}-test"), disposable=True
    )
    DATABASES["default"] |= embedded(EMBEDDED_CLUSTER) | {"ENGINE": "tests.database"}
DATABASES["default"]["TEST"] = {"NAME": f"test_efp_{os.environ['TEST_RUN']}"}

SECRET_KEY = "a key for tests only, long enough that deployment checks have no objection"  # noqa: S105
ENCRYPTION_KEYS = ["the-key-that-seals-what-the-tests-keep-as-a-secret"]
ALLOWED_HOSTS = ["*"]
HTTPS_ONLY = SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # each test client loads the middleware, which would list all files
SECOND_FACTOR_REQUIRED = "off"  # a test that asks for one says so
RATE_LIMITS = False  # a test that throttles says so
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Nothing in a test may reach a worker by accident: messages stay in this process.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.02}
FORBID_SQL_WHILE_RENDERING = CHECK_CACHED_STATEMENTS = True
LOGGING = {"version": 1, "disable_existing_loggers": False}
