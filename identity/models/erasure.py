"""That a person who was removed is being erased from the records."""

from django.db import models
from django.db.models import Q

from common.models import text
from identity.models.people import User


class Erasure(models.Model):
    """What is still to be erased of a person who was removed; `sealed` goes when nothing is.

    It has the texts by which traces are found, sealed. It goes on until sites and the AAI have done
    what they were asked, since what they answer names the person once more.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="erasure")
    sealed = text(long=True)
    begun = models.DateTimeField()
    next_run_at = models.DateTimeField()
    runs = models.PositiveIntegerField(default=0)
    waits_for = text()
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_run_at"], name="erasure_due", condition=Q(finished__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return str(self.user)
