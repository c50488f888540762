"""Gives the people of the demo catalogue a fresh token each, and the demo staff a password.

For a service that somebody tries out on his own machine: the tokens are printed, and the password
is known to everybody. With a database of its own (`DATABASE_URL`) the command wants `--force`, and
then the password is a random one.
"""

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from config.env import env_int
from identity import events
from identity.models import Token, User
from identity.services import credentials

TOKEN_NAME = "make run"  # noqa: S105 - a label
KNOWN_PASSWORD = "demo"  # noqa: S105 - everybody's, on one machine
STAFF = "demo-staff"
ROLES = {"staff": STAFF, "allocator": "demo-allocator", "hosting entity": "demo-he"}


class Command(BaseCommand):
    """Prints how to get in as staff, allocator and Hosting Entity."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address that is printed, and whether a database of its own is no obstacle."""
        parser.add_argument("--url", default=f"http://localhost:{env_int('PORT', 8000)}")
        parser.add_argument("--force", action="store_true", help="also with DATABASE_URL")

    def handle(self, *_args: Any, url: str, force: bool, **_options: Any) -> None:
        """Issue the tokens and print them.

        :raises CommandError: it is not a service on one machine, or the people are not there.
        """
        if not (settings.ON_ONE_MACHINE or force):
            raise CommandError("DATABASE_URL is set: this is no demo. --force does it anyway.")
        password = KNOWN_PASSWORD if settings.ON_ONE_MACHINE else secrets.token_urlsafe(16)
        tokens = issue(password=password, now=timezone.now())
        width = max(map(len, ROLES))
        self.stdout.write(f"  {'admin':{width}}  {url}/admin/  user {STAFF}  password {password}")
        for role, token in tokens.items():
            self.stdout.write(f"  {role:{width}}  {token}")


@transaction.atomic
def issue(*, password: str, now: datetime) -> dict[str, str]:
    """Replace the demo people's tokens of former runs; return the new ones by role.

    :raises CommandError: the people are not there.
    """
    people = {user.username: user for user in User.objects.filter(username__in=ROLES.values())}
    if missing := sorted(set(ROLES.values()) - set(people)):
        raise CommandError(f"There is no {', '.join(missing)}: load the demo catalogue first.")
    _set_password(people[STAFF], password, now)
    tokens = {}
    for role, username in ROLES.items():
        user = people[username]
        for former in Token.objects.filter(user=user, name=TOKEN_NAME):
            credentials.revoke(former, actor=user, now=now)
        _, tokens[role] = credentials.issue(user=user, name=TOKEN_NAME, now=now)
    return tokens


def _set_password(user: User, password: str, now: datetime) -> None:
    """Set a password that no rule would pass; an unchanged one leaves sessions alone."""
    if user.check_password(password):
        return
    user.set_password(password)
    user.save(update_fields=["password", "modified"])
    events.record("user.password_changed", user, actor=None, now=now)
