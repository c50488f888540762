"""`config` as an app of its own, so that it can hold management commands and templates."""

from django.apps import AppConfig

from config.celery import app as celery_app

# Importing the Celery app here makes it the current one in every process that has Django's apps, so
# that a task sent by the web server or a command reaches the configured broker.
__all__ = ["ConfigApp", "celery_app"]


class ConfigApp(AppConfig):
    """The composition root: no models."""

    name = "config"
    verbose_name = "EFP Allocations"
