"""Django's entry for the app."""

from django.apps import AppConfig


class MarketplaceApp(AppConfig):
    """Offerings, plans, orders and resources."""

    name = "marketplace"
    default_auto_field = "django.db.models.BigAutoField"
