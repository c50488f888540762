"""Settings of a service that ends with one app of the chain: those above are not installed."""

import os

from config.settings_test import *  # noqa: F403
from config.settings_test import DATABASES, REST_FRAMEWORK
from tests.rooms import APPS

APP = os.environ["CHAIN_APP"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    *APPS[: APPS.index(APP) + 1],
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "tests.chain.urls"
CONTRIBUTIONS = {}
REST_FRAMEWORK["DEFAULT_THROTTLE_CLASSES"] = []
# The tables as the models are, without the history of how they came to be so.
if DATABASES["default"]["ENGINE"] == "tests.database":  # which copies a migrated database
    DATABASES["default"]["ENGINE"] = "standalone.embedded_postgres"
DATABASES["default"]["TEST"] = {"NAME": f"chain_{APP}_{os.getpid()}", "MIGRATE": False}
