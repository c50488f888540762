"""Whom providers of identities mean by a subject, and the logins that came of it."""

from typing import ClassVar

from django.db import models

from common.audience import ALL, Audiences, nobody
from common.json_column import JsonColumn
from common.models import Timestamped, text
from identity.models.credentials import Token
from identity.models.event_subject import EventSubject
from identity.models.people import User


class LinkedIdentity(EventSubject, Timestamped):
    """That a subject of an issuer is a person here. Nobody is found by an e-mail address.

    The claims are those of the latest login, as they came; what of them is told elsewhere stands in
    the person's columns.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("linked_identity",)

    audiences: ClassVar[Audiences] = {ALL: nobody}

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="linked_identities")
    provider = text(length=50)
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    cuid = text()
    last_login = models.DateTimeField(null=True, blank=True, editable=False)
    acr = text()
    amr = JsonColumn(default=list, of=str, blank=True)
    claims = JsonColumn(default=dict, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_a_subject"),
        )
        verbose_name_plural = "linked identities"

    def __str__(self) -> str:
        return f"{self.subject} of {self.issuer}"


class InstitutionLogin(models.Model):
    """A session or a token that came of a login, which ends when the provider ends the login."""

    identity = models.ForeignKey(LinkedIdentity, on_delete=models.CASCADE, related_name="logins")
    sid = text()
    session_key = text(length=40)
    token = models.ForeignKey(Token, on_delete=models.CASCADE, null=True, blank=True)
    acr = text()
    created = models.DateTimeField(editable=False)

    class Meta:
        indexes = (models.Index(fields=["created"], name="institution_login_age"),)

    def __str__(self) -> str:
        return f"{self.identity_id} at {self.created}"


class SpentLogoutToken(models.Model):
    """A logout token that was taken, of which a digest is kept until its time is over."""

    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest
