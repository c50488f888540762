"""Says how to get in as the people of the demo catalogue: a token each, and a password.

For a service that somebody tries out on their own machine: tokens and password are printed. Tokens
stay the same from run to run: they are kept in a file that its owner alone can read. The password
is given to those who have none yet, so that one that somebody has changed stays changed. With a
database of its own (`DATABASE_URL`) the command wants `--force`, and the password is a random one.
"""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from common.ports import web_port
from identity import event_kinds as identity_kinds
from identity import events
from identity.models import Token, User
from identity.services import credentials, lock_out

TOKEN_NAME = "make run"  # noqa: S105 - a label
KNOWN_PASSWORD = "demo"  # noqa: S105 - everybody's, on one machine
STAFF = "demo-staff"
ROLES = {"staff": STAFF, "allocator": "demo-allocator", "hosting entity": "demo-he"}


class NoDemo(CommandError):
    """The database has no such people: it is not the demo's."""


class Command(BaseCommand):
    """Prints how to get in as staff, allocator and Hosting Entity."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address that is printed, and whether a database of its own is no obstacle."""
        parser.add_argument("--url", default=f"http://localhost:{web_port()}")
        parser.add_argument("--force", action="store_true", help="also with DATABASE_URL")

    def handle(self, *_args: Any, url: str, force: bool, **_options: Any) -> None:
        """Issue what is missing, and print all of it.

        :raises CommandError: it is not a service on one machine, or the people are not there.
        """
        if not (settings.ON_ONE_MACHINE or force):
            raise CommandError("DATABASE_URL is set: this is no demo. --force does it anyway.")
        password = KNOWN_PASSWORD if settings.ON_ONE_MACHINE else secrets.token_urlsafe(16)
        file = settings.VAR_DIR / "demo_tokens.json"
        people = demo_people()
        passwords = give_passwords(people, password, now=timezone.now())
        tokens = former_or_new(people, stored_tokens(file), now=timezone.now())
        store_tokens(file, tokens)
        width = max(map(len, ROLES))
        self.stdout.write(f"  {'admin':{width}}  {url}/admin/  {passwords['staff']}")
        for role, token in tokens.items():
            self.stdout.write(f"  {role:{width}}  {token}")
        self.stdout.write(f"  The tokens stay the same; they are kept in {file}")
        for role in ("allocator", "hosting entity"):
            self.stdout.write(f"  To log in as the {role}: {passwords[role]}")


def demo_people() -> dict[str, User]:
    """Return the people of the demo by their roles.

    :raises NoDemo: they are not there.
    """
    found = {user.username: user for user in User.objects.filter(username__in=ROLES.values())}
    if missing := sorted(set(ROLES.values()) - set(found)):
        raise NoDemo(f"There is no {', '.join(missing)}: this is not the demo catalogue.")
    return {role: found[username] for role, username in ROLES.items()}


def stored_tokens(file: Path) -> dict[str, str]:
    """Return the tokens of former runs by role, as far as the file has any."""
    with suppress(OSError, ValueError, RecursionError):
        tokens = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(tokens, dict):
            return {role: token for role, token in tokens.items() if isinstance(token, str)}
    return {}


def store_tokens(file: Path, tokens: Mapping[str, str]) -> None:
    """Write the tokens down for the next run, for the owner of the file alone."""
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as written:
        json.dump(tokens, written, indent=2)
    aside.replace(file)


@transaction.atomic
def former_or_new(
    people: Mapping[str, User], former: Mapping[str, str], *, now: datetime
) -> dict[str, str]:
    """Return a working token for each: the former one, or a new one that takes its place."""
    tokens = {}
    for role, user in people.items():
        token = former.get(role, "")
        tokens[role] = token if _opens(token, user, now) else _renewed(user, now)
    return tokens


def _opens(token: str, user: User, now: datetime) -> bool:
    try:
        found = credentials.find(token, now=now)
    except lock_out.NotAuthenticated:
        return False
    return bool(found.user == user)


def _renewed(user: User, now: datetime) -> str:
    for former in Token.objects.filter(user=user, name=TOKEN_NAME):
        credentials.revoke(former, actor=user, now=now)
    _, token = credentials.issue(user=user, name=TOKEN_NAME, now=now)
    return token


@transaction.atomic
def give_passwords(people: Mapping[str, User], password: str, *, now: datetime) -> dict[str, str]:
    """Give a password to those who have none; return what is said of each.

    No rule would pass the known one.
    """
    said = {}
    for role, user in people.items():
        if not user.has_usable_password():
            user.set_password(password)
            user.save(update_fields=["password", "modified"])
            events.record(identity_kinds.USER_PASSWORD_CHANGED, user, actor=None, now=now)
        known = user.check_password(password)
        said[role] = f"user {user.username}  password {password if known else '(as you set it)'}"
    return said
