"""Roles that are concealed from an organization: nobody but staff gives them there."""

from typing import ClassVar

from django.db import models

from common.audience import OPEN, Audiences
from common.models import Timestamped
from identity.event_scope import EventScope
from identity.models.event_subject import EventSubject
from identity.models.grant import Role
from identity.models.organisation import Customer
from identity.review_querysets import RoleConcealmentQuerySet


class RoleConcealment(EventSubject, Timestamped):
    """A role is not offered in an organization, nor in what belongs to it; who has it keeps it."""

    event_nouns: ClassVar[tuple[str, ...]] = ("role_concealment",)

    audiences: ClassVar[Audiences] = OPEN

    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="role_concealments",
        verbose_name="organization",
    )
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="concealments")

    objects = RoleConcealmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "role"],
                name="a_role_is_concealed_once",
                violation_error_message="This role is concealed in this organization already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} in {self.customer}"

    def event_scope(self) -> EventScope:
        """Return the organization."""
        return EventScope(customer_id=self.customer_id)
