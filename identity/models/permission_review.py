"""Reviews of who has which role: somebody who gives roles looks at them from time to time."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.audience import OPEN, Audiences
from common.models import Timestamped
from identity.event_scope import EventScope
from identity.models.event_subject import EventSubject
from identity.models.organisation import Customer
from identity.models.people import User
from identity.models.project import Project
from identity.review_querysets import PermissionReviewQuerySet


class PermissionReview(EventSubject, Timestamped):
    """Somebody is to look at who has which role in an organization, or in a project.

    It is of one of the two. It waits until somebody closes it, who is its reviewer then; one that
    is of something that was removed waits for nobody.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("permission_review",)

    audiences: ClassVar[Audiences] = OPEN

    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="permission_reviews",
        verbose_name="organization",
    )
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="permission_reviews",
    )
    closed = models.DateTimeField(null=True, blank=True, editable=False)
    reviewer = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PermissionReviewQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(customer__isnull=True, project__isnull=False)
                | Q(customer__isnull=False, project__isnull=True),
                name="a_review_is_of_one_scope",
                violation_error_message="A review is of an organization or of a project.",
            ),
            models.CheckConstraint(
                condition=Q(closed__isnull=True, reviewer__isnull=True)
                | Q(closed__isnull=False, reviewer__isnull=False),
                name="a_closed_review_has_a_reviewer",
                violation_error_message="Who closed a review is its reviewer.",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(closed__isnull=True),
                name="one_open_review_a_customer",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(closed__isnull=True),
                name="one_open_review_a_project",
            ),
        )

    @property
    def scope(self) -> Customer | Project:
        """What it is of."""
        found = self.customer if self.project is None else self.project
        if found is None:
            raise ValueError("the database keeps such a review out")
        return found

    def __str__(self) -> str:
        return f"review of the roles in {self.scope.name}"

    def event_scope(self) -> EventScope:
        """Return the organization or project whose roles are looked at."""
        return self.scope.event_scope()
