"""Seals every secret that is kept under the newest of the ENCRYPTION_KEYS.

The last step of changing the key: put the new key first, restart everything, run this, and take the
old key away. It may be repeated, and it changes nothing of what the secrets are.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from allocations.models import ResourceApiKey
from config.common.sealing import Unreadable, reseal
from identity.models import Hook

SEALED: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Hook, ("sealed_secret", "sealed_previous")),
    (ResourceApiKey, ("sealed",)),
)
"""Every column that holds a sealed secret."""


class Command(BaseCommand):
    """Prints how many secrets it sealed anew."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Seal them, a row at a time, since others may be changing them.

        :raises CommandError: some could not be opened, since no key that is left had sealed them.
        """
        done, lost = 0, []
        for model, columns in SEALED:
            for key in model._default_manager.order_by("pk").values_list("pk", flat=True):
                try:
                    done += seal_anew(model, key, columns)
                except Unreadable:
                    lost.append(f"{model._meta.verbose_name} {key}")
        self.stdout.write(f"Secrets sealed anew: {done}")
        if lost:
            raise CommandError(f"No key opens the secrets of: {', '.join(lost)}")


@transaction.atomic
def seal_anew(model: type[models.Model], key: Any, columns: tuple[str, ...]) -> int:
    """Seal the secrets of a row under the newest key; return how many there were.

    :raises Unreadable: none of the keys opens one of them.
    """
    rows = model._default_manager.select_for_update().filter(pk=key)
    kept = rows.values(*columns).first() or {}
    renewed = {column: reseal(sealed) for column, sealed in kept.items() if sealed}
    if renewed:
        rows.update(**renewed)
    return len(renewed)
