"""Who may log in at an offering's site, and who could once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from identity.models import EventSubject, User
from marketplace.models import Offering


class SiteAccess(EventSubject):
    """That somebody may log in at an offering under a CUID, since when and until when.

    It is written down beside the account because a site has to know also of those whose account,
    or whose name here, is gone.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("site_access",)

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cuid = models.CharField(max_length=255)
    since = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["offering", "user", "cuid"], name="a_site_access_once"),
        )
        indexes = (
            models.Index(
                fields=["offering", "ended"],
                name="site_access_ended",
                condition=Q(ended__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.cuid
