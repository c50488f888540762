"""Takes off the second factor of somebody who lost their phone and their recovery codes.

For the operator, where no other member of staff can do it in the administration. Make sure that it
is they who ask: their password is enough then, until they set up another one. They get a mail.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from identity.models import User
from identity.services import second_factors


class Command(BaseCommand):
    """Prints whose it took off."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a user name."""
        parser.add_argument("username", help="the user name of the person")

    def handle(self, *_args: Any, username: str, **_options: Any) -> None:
        """Take it off.

        :raises CommandError: nobody has this name, or they have no second factor.
        """
        person = User.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"Nobody has the user name {username}.")
        try:
            second_factors.reset(person, actor=None, now=timezone.now())
        except second_factors.NoSecondFactor as error:
            raise CommandError(f"{username} has no second factor.") from error
        self.stdout.write(f"The second factor of {username} was taken off.")
