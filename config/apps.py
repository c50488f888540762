"""`config` as an app of its own, so that it can hold management commands and templates."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin

from common.stored import read_carefully
from config.celery import app as celery_app
from config.wake_up import WakeUp

# Importing the Celery app here makes it the current one in every process that has Django's apps, so
# that a task sent by the web server or a command reaches the configured broker.
__all__ = ["ConfigApp", "celery_app"]


class ConfigApp(AppConfig):
    """The composition root: no models."""

    name = "config"
    verbose_name = "EFP Allocations"

    def ready(self) -> None:
        """Read what is stored with care, and say who follows what identity does."""
        # Their models are there only now.
        from identity import events  # noqa: PLC0415
        from identity.services import emails  # noqa: PLC0415
        from notifications.services import hook_owners  # noqa: PLC0415

        read_carefully()
        events.on_commit_call(WakeUp(wake_dispatcher))
        emails.on_confirmed_call(hook_owners.confirm_address)


def wake_dispatcher() -> None:
    """Ask a worker to look for undispatched events; beat has them looked for anyway."""
    celery_app.send_task(
        "config.wiring.dispatch_events", ignore_result=True, retry=False, expires=60
    )


class StaffAdmin(admin.AdminConfig):
    """Django's admin with the site of the staff."""

    default = False
    default_site = "config.pages.staff.StaffSite"
