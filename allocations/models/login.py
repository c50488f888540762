"""Who may read queues at the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from allocations.observables import Protocol
from common.models import choices, text
from identity.models import Token

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


class BrokerLogin(models.Model):
    """What a subscriber logs in with: the token with which it registered, known as a digest alone.

    `password_hash` is the digest that the broker keeps too. Without the token, the login ends.
    """

    protocol = models.CharField(
        max_length=10, choices=choices(Protocol), default=Protocol.STOMP.value
    )
    password_hash = text(length=64)
    token = models.ForeignKey(
        Token, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    if TYPE_CHECKING:
        user: models.ForeignKey[User, User]

    class Meta:
        abstract = True

    def may_log_in(self, now: datetime) -> bool:
        """Tell whether the person is let in, and the token that is the password still holds."""
        token = self.token
        return bool(self.password_hash and token and token.is_alive(now) and self.user.may_read)
