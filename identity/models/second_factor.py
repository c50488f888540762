"""What somebody who logs in by a password has beside it."""

from django.db import models

from common.json_column import JsonColumn
from common.models import Timestamped, UuidModel, text
from identity.models.people import User


class SecondFactor(UuidModel, Timestamped):
    """An authenticator that a person set up: its secret is sealed, recovery codes are hashed.

    The row is the whole state: without one a password is enough. A code works once, since the step
    of time that was used last is kept. Its events are about the person.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = text(long=True)
    last_step = models.PositiveBigIntegerField()
    last_used = models.DateTimeField()
    recovery_digests = JsonColumn(default=list, of=str)

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"
