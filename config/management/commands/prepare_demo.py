"""Brings the database to what this version needs, and an empty one to the demo catalogue.

What `make run` does before it starts the servers. A database with people or organisations in it
stays as it is, but for the migrations.
"""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import sealed
from identity.models import Customer, User

DEMO_PRESET = settings.BASE_DIR / "config" / "presets" / "eurohpc.json"


class Command(BaseCommand):
    """Migrates, looks whether the secrets can be opened, and loads the demo where nothing is."""

    help = __doc__ or ""
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Prepare the database.

        :raises CommandError: none of its secrets can be opened.
        """
        call_command("migrate", verbosity=0, interactive=False)
        try:
            sealed.check()
        except sealed.Locked as error:
            raise CommandError(str(error)) from error
        if is_empty():
            call_command("load_preset", str(DEMO_PRESET), stdout=self.stdout)


def is_empty() -> bool:
    """Tell whether the database has neither people nor organisations yet."""
    return not (User.objects.exists() or Customer.objects.exists())
