"""Django's entry for the app."""

from django.apps import AppConfig


class AccountingApp(AppConfig):
    """Usage, balances and invoices."""

    name = "accounting"
    default_auto_field = "django.db.models.BigAutoField"
