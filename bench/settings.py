"""The service's settings with what the bench adds: for its own databases, and never in production.

`make bench` and `make seed` use them. The production image has no `bench` at all.
"""

from django.core.exceptions import ImproperlyConfigured

from common.env import env_bool
from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]

BENCH_FLOOR = env_bool("BENCH_FLOOR", default=False)
BENCH_COUNT_SQL = env_bool("BENCH_COUNT_SQL", default=False)
if (BENCH_FLOOR or BENCH_COUNT_SQL) and not str(DATABASES["default"]["NAME"]).startswith("bench_"):
    raise ImproperlyConfigured("BENCH_FLOOR and BENCH_COUNT_SQL are for `make bench` alone.")
if BENCH_FLOOR:
    ROOT_URLCONF = "bench.urls"
if BENCH_COUNT_SQL:
    MIDDLEWARE = ["bench.counting.CountSqlMiddleware", *MIDDLEWARE]
