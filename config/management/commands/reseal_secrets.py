"""Seals every secret that is kept under the newest of the ENCRYPTION_KEYS.

The last step of changing the key: put the new key first, restart everything, run this, and take the
old key away. It may be repeated, and it changes nothing of what the secrets are. When a key is lost
for good, `--give-up-lost` gives up what it had sealed: those webhooks are switched off and need
another secret, those keys of resources have to be rotated, those second factors set up anew.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction
from django.utils import timezone

from allocations.models import ResourceApiKey
from allocations.services import api_keys
from common.sealing import Unreadable, reseal
from config.sealed import SEALED
from identity.models import Erasure, SecondFactor
from identity.services import second_factors
from notifications.models import Hook
from notifications.services import hooks


class Command(BaseCommand):
    """Prints how many secrets it sealed anew."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do about secrets that cannot be opened."""
        parser.add_argument(
            "--give-up-lost", action="store_true", help="give up what no key opens any more"
        )

    def handle(self, *_args: Any, give_up_lost: bool, **_options: Any) -> None:
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
                    if give_up_lost:
                        give_up(model, key)
        self.stdout.write(f"Secrets sealed anew: {done}")
        if lost and give_up_lost:
            self.stdout.write(f"Given up: {', '.join(lost)}")
        elif lost:
            raise CommandError(f"No key opens the secrets of: {', '.join(lost)}")


def give_up(model: type[models.Model], key: Any) -> None:
    """Give up the secret of a row that no key opens."""
    now = timezone.now()
    if model is Hook:
        hooks.give_up_secret(Hook.objects.get(pk=key), now=now)
    elif model is SecondFactor:
        second_factors.give_up(SecondFactor.objects.get(pk=key), now=now)
    elif model is Erasure:
        Erasure.objects.filter(pk=key).update(sealed="")
    else:
        api_keys.give_up_value(ResourceApiKey.objects.get(pk=key), now=now)


@transaction.atomic
def seal_anew(model: type[models.Model], key: Any, columns: tuple[str, ...]) -> int:
    """Seal the secrets of a row under the newest key; return how many there were.

    :raises Unreadable: none of the keys opens one of them.
    """
    rows = model._default_manager.select_for_update().filter(pk=key)
    stored = rows.values(*columns).first() or {}
    renewed = {column: reseal(sealed) for column, sealed in stored.items() if sealed}
    if renewed:
        rows.update(**renewed)
    return len(renewed)
