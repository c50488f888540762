"""Invitations: that somebody who reads an address may take a role, and the mails that say so."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from common.address_column import AddressColumn
from common.audience import OPEN, Audiences
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.invitation_querysets import InvitationQuerySet
from identity.lifecycle import OPEN_INVITATION, InvitationState, MailingState
from identity.models.event_subject import EventSubject
from identity.models.grant import Role
from identity.models.organisation import Customer
from identity.models.people import User
from identity.models.project import Project
from identity.roles import ScopeType


class InvitedTo(models.Model):
    """A role in a scope (an organization, a project, an offering) that somebody is invited to.

    The scope is named as a grant names it, by type and key; `scope_name` is what it was called when
    the invitation was written.
    """

    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    scope_type = models.CharField(max_length=30, choices=choices(ScopeType))
    scope_id = models.BigIntegerField()
    scope_uuid = models.UUIDField()
    scope_name = models.CharField(max_length=500)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def event_scope(self) -> EventScope:
        """Return the provider's side for a role at an offering, and else the consumer's."""
        if self.scope_type == ScopeType.OFFERING:
            return EventScope(provider_id=self.customer_id, offering_uuid=self.scope_uuid)
        return EventScope(customer_id=self.customer_id, project_id=self.project_id)


class Invitation(InvitedTo, EventSubject, Timestamped):
    """A role that is offered to whoever reads an address, by a link that is mailed there.

    `digest` is what is kept of the link's token, and `approval_digest` of the one that is mailed to
    those who have to approve; both are made when the mail is. `state` is written by
    `identity.services.invitation_states` only.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("invitation",)

    audiences: ClassVar[Audiences] = OPEN

    email = AddressColumn(max_length=254)
    state = models.CharField(
        max_length=10, choices=choices(InvitationState), default=InvitationState.PENDING
    )
    expires = models.DateTimeField()
    accepted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    full_name = text(length=100)
    native_name = text(length=100)
    phone_number = text()
    organization = text()
    job_title = text(length=120)
    civil_number = text(length=50)
    extra_invitation_text = text(length=2000)
    digest = models.CharField(max_length=64, null=True, editable=False, unique=True)  # noqa: DJ001 - none is none's
    approval_digest = models.CharField(  # noqa: DJ001 - none is none's
        max_length=64, null=True, editable=False, unique=True
    )
    execution_state = models.CharField(
        max_length=10, choices=choices(MailingState), default=MailingState.SCHEDULED
    )
    error_message = text(long=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("state", InvitationState, "invitation_state"),
            one_of("execution_state", MailingState, "invitation_mailing_state"),
            models.UniqueConstraint(
                "scope_type",
                "scope_id",
                "role",
                Lower("email"),
                condition=Q(state__in=sorted(OPEN_INVITATION)),
                name="an_address_is_invited_once",
            ),
        )
        indexes = (
            models.Index(fields=["customer", "state"], name="invitation_by_customer"),
            models.Index(Lower("email"), name="invitation_by_address"),
            models.Index(
                fields=["expires"],
                condition=Q(state__in=["pending", "requested"]),
                name="invitation_expiry",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} as {self.role_id} in {self.scope_name}"


class InvitationMail(models.Model):
    """One mail that somebody had sent for an invitation; what is counted of a day is kept."""

    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    email = AddressColumn(max_length=254)
    created = models.DateTimeField(editable=False)

    class Meta:
        indexes = (
            models.Index(fields=["created"], name="invitation_mail_age"),
            models.Index(fields=["asked_by", "created"], name="invitation_mail_by_person"),
        )

    def __str__(self) -> str:
        return f"to {self.email} for {self.asked_by_id}"
