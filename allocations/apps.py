"""Django's entry for the app."""

from django.apps import AppConfig


class AllocationsApp(AppConfig):
    """Delivery of orders to sites, and people's accounts there."""

    name = "allocations"
    default_auto_field = "django.db.models.BigAutoField"
