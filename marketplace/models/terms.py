"""Terms of service of an offering and who agreed to them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.checked_columns import link
from common.links import web_link
from common.models import Timestamped, text
from identity.event_scope import EventScope
from identity.models import EventSubject, User
from marketplace.models.offering import Offering
from marketplace.querysets.terms import ConsentQuerySet, TermsOfServiceQuerySet

MOST_GRACE_DAYS = 3650


class TermsOfService(EventSubject, Timestamped):
    """One version of an offering's terms; the active one must be accepted to order.

    Where it asks for consent again, consents to older versions hold for the days of grace.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("terms",)

    offering = models.ForeignKey(
        Offering, on_delete=models.CASCADE, related_name="terms_of_service"
    )
    terms_of_service = text(long=True)
    terms_of_service_link = link(web_link)
    version = text(length=50)
    is_active = models.BooleanField(default=True)
    requires_reconsent = models.BooleanField(default=False)
    grace_period_days = models.PositiveIntegerField(default=60)
    in_force_since = models.DateTimeField(null=True, blank=True)  # null: a draft, or from of old

    objects = TermsOfServiceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["offering", "version"],
                name="terms_version_once",
                violation_error_message="The offering has terms of this version already.",
            ),
            models.CheckConstraint(
                condition=Q(grace_period_days__lte=MOST_GRACE_DAYS),
                name="terms_grace_bounded",
                violation_error_message=f"At most {MOST_GRACE_DAYS} days of grace.",
            ),
            models.UniqueConstraint(
                fields=["offering"], condition=Q(is_active=True), name="one_active_terms"
            ),
        )
        verbose_name_plural = "terms of service"

    def __str__(self) -> str:
        return f"terms {self.version}".rstrip()

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()


class Consent(EventSubject, Timestamped):
    """A user agreed to an offering's terms, until they take it back."""

    event_nouns: ClassVar[tuple[str, ...]] = ("consent",)

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="consents")
    version = text(length=50)
    agreement_date = models.DateTimeField()
    revocation_date = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "offering"],
                condition=Q(revocation_date__isnull=True),
                name="one_consent_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} to {self.offering_id}"

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()
