"""Terms of service of the platform itself, and who accepted which version."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.checked_columns import link
from common.links import web_link
from common.models import Timestamped, text
from identity.models.event_subject import EventSubject
from identity.models.people import User


class PlatformTerms(EventSubject, Timestamped):
    """A version of the platform's terms; the current one is asked of everybody who comes in."""

    event_nouns: ClassVar[tuple[str, ...]] = ("platform_terms",)

    version = models.CharField(max_length=50, unique=True)
    terms = text(long=True)
    link = link(web_link)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="one_current_platform_terms",
                violation_error_message="Somebody else has just published terms.",
            ),
            models.CheckConstraint(
                condition=~Q(terms="", link=""),
                name="platform_terms_say_something",
                violation_error_message="Give the text, or a link to it.",
            ),
        )
        verbose_name_plural = "platform terms"

    def __str__(self) -> str:
        return f"terms {self.version}"


class PlatformTermsAcceptance(models.Model):
    """A person accepted a version of the platform's terms; that stays."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="accepted_terms")
    terms = models.ForeignKey(PlatformTerms, on_delete=models.PROTECT, related_name="acceptances")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "terms"], name="terms_accepted_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} accepted {self.terms_id}"
