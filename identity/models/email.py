"""E-mail addresses that wait for whoever reads them to confirm them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.address_column import AddressColumn
from common.audience import ALL, Audiences, nobody
from identity.models.event_subject import EventSubject
from identity.models.people import User


class EmailConfirmation(EventSubject):
    """A request of a person that mail goes to an address: to themselves, or for something else.

    `subject_uuid` names what else it is, such as a mail hook of theirs; empty is the person's own
    address. The link that is mailed there carries the signed UUID. It is good once, until it
    expires; ended ones are kept for a while, since they say how many mails somebody has caused.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("email_confirmation",)

    audiences: Audiences = {ALL: nobody}

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_confirmations")
    subject_uuid = models.UUIDField(null=True, blank=True, editable=False)
    email = AddressColumn(max_length=320)
    created = models.DateTimeField(editable=False)
    expires = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at__isnull=True, subject_uuid__isnull=True),
                name="one_new_address_a_person",
            ),
            models.UniqueConstraint(
                fields=["subject_uuid"],
                condition=Q(ended_at__isnull=True, subject_uuid__isnull=False),
                name="one_new_address_a_subject",
            ),
        )
        indexes = (models.Index(fields=["created"], name="email_confirmation_age"),)

    def __str__(self) -> str:
        return f"{self.email} for {self.user_id}"
