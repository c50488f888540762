"""What was decided about people: who they are was looked at, and they may come in or not."""

from django.db import models
from django.db.models import Q

from common.models import Timestamped, UuidModel, choices, one_of
from identity.models.people import User
from identity.standing import VettingOutcome


class Vetting(UuidModel, Timestamped):
    """A decision about a person; the one in force counts, the others are the history.

    Without `decided_by` an assurance of the person's identity provider decided. Who has no decision
    in force is unvetted. Its events are about the person.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="vettings")
    outcome = models.CharField(max_length=10, choices=choices(VettingOutcome))
    evidence = models.TextField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            one_of("outcome", VettingOutcome, "vetting_outcome"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="one_vetting_in_force"
            ),
        )

    def __str__(self) -> str:
        return f"{self.outcome} until {self.valid_until or 'further notice'}"
