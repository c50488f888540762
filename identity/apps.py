"""Django's entry for the app."""

from django.apps import AppConfig


class IdentityApp(AppConfig):
    """People, organisations, projects, roles and the log of who did what."""

    name = "identity"
    default_auto_field = "django.db.models.BigAutoField"
