"""Django's entry for the app."""

from django.apps import AppConfig


class NotificationsApp(AppConfig):
    """Webhooks and mails: what people and their programs are told of."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
