"""Django's entry for the app."""

from django.apps import AppConfig


class NotificationsApp(AppConfig):
    """Webhooks and mails: what is sent to people and to their programs."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
